public import Panels

/// What a mix model consists of, and what is believed of each of its parameters beforehand.
public struct MixConfiguration: Sendable, Hashable {
    /// How media act that have no entry of their own in ``channels``.
    public var channel = ChannelConfiguration()
    /// How organic media act that have no entry of their own: they have no return on spend.
    public var organic = ChannelConfiguration(effect: .contribution)
    /// How media act of which reach and frequency are known, and that have no entry of their own:
    /// reach × Hill(frequency) is carried over.
    public var reach = ChannelConfiguration.reach
    /// How single media act, by their names.
    public var channels: [String: ChannelConfiguration] = [:]
    /// What there would be without anything else.
    public var baseline = Baseline.constant
    /// Whether it rises or falls along a line; its parameter is the whole rise.
    public var hasTrend = false
    /// What repeats itself.
    public var seasons = [Season(order: 2, cycle: .year)]
    /// Public holidays: a coefficient for each name that has a day in the panel.
    public var holidays: [PanelHoliday] = []
    /// Whether effects of media come and go.
    public var mediaVariation = MediaVariation.none
    /// What is left over.
    public var noise = Noise.normal
    /// Whether each geo has a noise of its own scale.
    public var hasNoisePerGeo = false
    /// Whether effects of media and controls differ between geos, around a common one.
    public var hasGeoEffects = false
    /// What the outcome is divided by.
    public var outcomeScale = OutcomeScale.maximum
    /// What media are divided by.
    public var mediaScale = MediaScale.maximum
    /// What controls are divided by: what their coefficients are of.
    public var controlScale = ControlScale.standardised
    /// Priors that take the place of the usual ones, by the names of parameters: of a single one
    /// (`adstock_alpha[TV]`), or of all of a kind (`adstock_alpha`).
    public var priors: [String: Prior] = [:]

    /// What there would be without anything else.
    public enum Baseline: Sendable, Hashable {
        /// A constant: `intercept_contribution`.
        case constant
        /// Lines between as many knots, the first and the last at the ends: `knot_values`.
        case knots(Int)
    }

    /// Whether effects of media come and go: multipliers with mean 1 that follow lines between as
    /// many knots, `variation_knots`, times `variation_scale`, whose prior pulls them to 1.
    public enum MediaVariation: Sendable, Hashable {
        /// They do not.
        case none
        /// Each medium has multipliers of its own.
        case each(Int)
        /// All media have the same multipliers.
        case shared(Int)
    }

    /// What is left over.
    public enum Noise: Sendable, Hashable {
        /// Normal.
        case normal
        /// Student's t, whose degrees of freedom are `y_nu`: single weeks may be far off.
        case studentT
    }

    /// What the outcome is divided by.
    public enum OutcomeScale: Sendable, Hashable {
        /// Its largest value.
        case maximum
        /// First the population, then standardised over all geos and periods.
        case perCapitaStandardised
    }

    /// What media are divided by.
    public enum MediaScale: Sendable, Hashable {
        /// The largest value of each.
        case maximum
        /// First the population, then the median of what is not zero.
        case perCapitaMedian
    }

    /// What controls are divided by.
    public enum ControlScale: Sendable, Hashable {
        /// Nothing: coefficients are per unit.
        case none
        /// Standardised over all geos and periods: coefficients are per standard deviation.
        case standardised
    }

    /// A sensible model of most panels: see the properties.
    public init() {}

    /// How a channel acts.
    ///
    /// - Parameter channel: one of a panel.
    /// - Returns: its own entry, or the one for all of which as much is known.
    public func medium(_ channel: PanelChannel) -> ChannelConfiguration {
        if let own = channels[channel.name] { return own }
        if case .reach = channel.exposure { return reach }
        return self.channel
    }
}
