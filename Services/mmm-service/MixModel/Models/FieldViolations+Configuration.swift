internal import MediaMix
internal import Messages
internal import Panels
internal import Postgres
internal import RPC
internal import Wire

extension FieldViolations {
    private static let mostConfigurationBytes = 256 << 10
    private static let most = (channels: 200, priors: 1_000, seasons: 10, holidays: 2_000)
    private static let mostNameBytes = 200

    /// Checks what a model is to consist of, but for what depends on its panel.
    ///
    /// - Parameter message: as it came.
    /// - Returns: what it says, with what is usual where it says nothing.
    mutating func checked(_ message: MixModelV1.MixConfiguration) -> MixConfiguration {
        var configuration = MixConfiguration()
        check(
            message.encoded().count <= Self.mostConfigurationBytes,
            "configuration",
            "expected at most 256 KiB"
        )
        if let medium = message.channel {
            configuration.channel = checked(medium, usual: configuration.channel, "channel")
        }
        if let medium = message.organic {
            configuration.organic = checked(medium, usual: configuration.organic, "organic")
        }
        if let medium = message.reach {
            configuration.reach = checked(medium, usual: configuration.reach, "reach")
        }
        checkCount(message.channels.count, Self.most.channels, "channels")
        for (name, medium) in message.channels {
            configuration.channels[name] = checked(
                medium,
                usual: ChannelConfiguration(),
                "channels[\(name)]"
            )
        }
        check(message.knots >= 0, "configuration.knots", "expected 2 or more, or 0 for a constant")
        configuration.baseline = message.knots > 0 ? .knots(Int(message.knots)) : .constant
        configuration.mediaVariation = checked(message.mediaVariation ?? .init())
        configuration.holidays = checked(message.holidays)
        configuration.hasTrend = message.trend
        if let seasons = message.seasons { configuration.seasons = checked(seasons) }
        configuration.hasNoisePerGeo = message.noisePerGeo
        configuration.hasGeoEffects = message.geoEffects
        configuration.noise = choice(message.noise, "noise") ?? .normal
        configuration.outcomeScale = choice(message.outcomeScale, "outcome_scale") ?? .maximum
        configuration.mediaScale = choice(message.mediaScale, "media_scale") ?? .maximum
        configuration.controlScale = choice(message.controlScale, "control_scale") ?? .standardised
        checkCount(message.priors.count, Self.most.priors, "priors")
        for (name, prior) in message.priors {
            check(prior.law != nil, "configuration.priors[\(name)]", "expected a distribution")
            configuration.priors[name] = prior.law.map { Prior($0) }
        }
        return configuration
    }

    private mutating func checkCount(_ count: Int, _ most: Int, _ field: String) {
        check(count <= most, "configuration.\(field)", "expected at most \(most)")
    }

    private mutating func checked(
        _ medium: MixModelV1.MediumConfiguration,
        usual: ChannelConfiguration,
        _ field: String
    ) -> ChannelConfiguration {
        var configuration = usual
        check(
            medium.lags == 0 || Adstock.lagRange.contains(Int(medium.lags)),
            "configuration.\(field).lags",
            "expected 1 to \(Adstock.lagRange.upperBound), or 0 for \(usual.adstock.lags)"
        )
        let lags = medium.lags == 0 ? usual.adstock.lags : Int(medium.lags)
        configuration.adstock = Adstock(
            kind: choice(medium.adstock, "\(field).adstock") ?? .geometric,
            lags: min(max(lags, Adstock.lagRange.lowerBound), Adstock.lagRange.upperBound),
            isNormalised: !medium.rawWeights
        )
        configuration.saturation =
            choice(medium.saturation, "\(field).saturation")
            ?? usual.saturation
        configuration.order = choice(medium.order, "\(field).order") ?? usual.order
        configuration.effect = choice(medium.effect, "\(field).effect") ?? usual.effect
        return configuration
    }

    private mutating func checked(_ seasons: MixModelV1.Seasons) -> [Season] {
        checkCount(seasons.seasons.count, Self.most.seasons, "seasons.seasons")
        return seasons.seasons.map { season in
            check(
                season.days == 0 || (season.days.isFinite && season.days > 0),
                "configuration.seasons.seasons.days",
                "expected a number of days, or 0 for a year"
            )
            return Season(
                order: Int(season.order),
                cycle: season.days == 0 ? .year : .days(season.days)
            )
        }
    }

    private mutating func checked(
        _ variation: MixModelV1.MediaVariation
    ) -> MixConfiguration.MediaVariation {
        let knots = Int(variation.knots)
        check(
            knots >= 0,
            "configuration.media_variation.knots",
            "expected 2 or more, or 0 for effects that stay the same"
        )
        guard knots > 0 else { return .none }
        return variation.shared ? .shared(knots) : .each(knots)
    }

    private mutating func checked(_ holidays: [MixModelV1.Holiday]) -> [PanelHoliday] {
        checkCount(holidays.count, Self.most.holidays, "holidays")
        var checked: [PanelHoliday] = []
        for (place, holiday) in holidays.enumerated() {
            let field = "configuration.holidays[\(place)]"
            let name = holiday.name
            check(
                (1...Self.mostNameBytes).contains(name.utf8.count) && !name.utf8.contains(0),
                "\(field).name",
                "expected 1 to \(Self.mostNameBytes) bytes, none of them 0"
            )
            let date = PostgresDate(text: holiday.date)
            check(date != nil, "\(field).date", "expected a day as 2026-12-25")
            guard let date else { continue }
            let day = PanelDay(number: Int(date.daysSince1970))
            checked.append(PanelHoliday(day: day, name: name))
        }
        return checked
    }

    /// What a choice says; nil if it says nothing, or nothing that there is.
    private mutating func choice<Word: ConfigurationWord>(
        _ word: Word,
        _ field: String
    ) -> Word.Meaning? {
        let meaning = word.meaning
        check(
            meaning != nil || word == .unspecified,
            "configuration.\(field)",
            "expected one that there is, or nothing"
        )
        return meaning
    }
}

/// A choice of a configuration.
protocol ConfigurationWord: Equatable {
    associatedtype Meaning
    static var unspecified: Self { get }
    /// What it says; nil if it says nothing that there is.
    var meaning: Meaning? { get }
}

extension MixModelV1.MixConfiguration.Noise: ConfigurationWord {
    var meaning: MixConfiguration.Noise? {
        switch self {
        case .normal: .normal
        case .studentT: .studentT
        default: nil
        }
    }
}

extension MixModelV1.MixConfiguration.OutcomeScale: ConfigurationWord {
    var meaning: MixConfiguration.OutcomeScale? {
        switch self {
        case .maximum: .maximum
        case .perCapitaStandardised: .perCapitaStandardised
        default: nil
        }
    }
}

extension MixModelV1.MixConfiguration.MediaScale: ConfigurationWord {
    var meaning: MixConfiguration.MediaScale? {
        switch self {
        case .maximum: .maximum
        case .perCapitaMedian: .perCapitaMedian
        default: nil
        }
    }
}

extension MixModelV1.MixConfiguration.ControlScale: ConfigurationWord {
    var meaning: MixConfiguration.ControlScale? {
        switch self {
        case .standardised: .standardised
        case .none: MixConfiguration.ControlScale.none
        default: nil
        }
    }
}

extension MixModelV1.MediumConfiguration.Adstock: ConfigurationWord {
    var meaning: Adstock.Kind? {
        switch self {
        case .geometric: .geometric
        case .none: Adstock.Kind.none
        case .delayed: .delayed
        case .weibullDensity: .weibullDensity
        case .weibullDistribution: .weibullDistribution
        case .binomial: .binomial
        case .shortBinomial: .shortBinomial
        default: nil
        }
    }
}

extension MixModelV1.MediumConfiguration.Saturation: ConfigurationWord {
    var meaning: Saturation? {
        switch self {
        case .logistic: .logistic
        case .none: Saturation.none
        case .hill: .hill
        case .tanh: .tanh
        case .michaelisMenten: .michaelisMenten
        case .root: .root
        default: nil
        }
    }
}

extension MixModelV1.MediumConfiguration.Order: ConfigurationWord {
    var meaning: ChannelConfiguration.Order? {
        switch self {
        case .adstockFirst: .adstockFirst
        case .saturationFirst: .saturationFirst
        default: nil
        }
    }
}

extension MixModelV1.MediumConfiguration.Effect: ConfigurationWord {
    var meaning: ChannelConfiguration.Effect? {
        switch self {
        case .roi: .roi
        case .coefficient: .coefficient
        case .marginalRoi: .marginalROI
        case .contribution: .contribution
        default: nil
        }
    }
}

extension Prior {
    /// What a message says.
    fileprivate init(_ law: MixModelV1.MixPrior.Law) {
        self =
            switch law {
            case .normal(let law): .normal(mean: law.mean, scale: law.scale)
            case .halfNormal(let law): .halfNormal(scale: law.scale)
            case .logNormal(let law): .logNormal(mean: law.mean, scale: law.scale)
            case .gamma(let law): .gamma(shape: law.shape, rate: law.rate)
            case .beta(let law): .beta(law.a, law.b)
            case .uniform(let law): .uniform(lower: law.lower, upper: law.upper)
            case .laplace(let law): .laplace(mean: law.mean, scale: law.scale)
            case .studentT(let law):
                .studentT(degrees: law.degrees, mean: law.mean, scale: law.scale)
            case .exponential(let law): .exponential(rate: law.rate)
            case .truncatedNormal(let law):
                .truncatedNormal(
                    mean: law.mean,
                    scale: law.scale,
                    lower: law.lower,
                    upper: law.upper
                )
            case .fixed(let value): .fixed(value)
            }
    }
}
