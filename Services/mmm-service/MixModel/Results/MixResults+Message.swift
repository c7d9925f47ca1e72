internal import MediaMix
internal import Messages
internal import Panels

extension MixModelV1.MixResults {
    /// The most channels of geos, and the most parameters, that are told.
    private static let most = 2000

    /// What a model says.
    ///
    /// - Parameters:
    ///   - found: the results.
    ///   - stored: the model.
    ///   - verdict: what to think of it.
    init(_ found: MediaMix.MixResults, _ stored: StoredFit, verdict: String) {
        self.init()
        let about = stored.about
        modelID = "\(stored.record.id)"
        (label, kpi, currency) = (about.label, about.kpi, about.currency)
        (firstDate, lastDate) = (about.firstDate, about.lastDate)
        draws = Int64(found.drawsAvailable)
        drawsUsed = Int64(found.drawsUsed)
        channels = found.returns.all.map { .init($0, stored) }
        geoChannels = found.returns.byGeo.joined().prefix(Self.most).map { .init($0, stored) }
        let contributions = found.contributions
        parts = contributions.parts.indices.map { index in
            var part = MixModelV1.PartResult()
            part.part = MixModelV1.MixPart(contributions.parts[index])
            part.contribution = stored.told(contributions.total[index])
            part.share = stored.told(contributions.share[index])
            return part
        }
        expected = stored.told(contributions.expected)
        fit = .init(found.prediction.training, stored.intervals)
        holdout = found.prediction.holdout.map { .init($0, stored.intervals) }
        priorFit = .init(found.priorPrediction.training, stored.intervals)
        predicted = found.prediction.periods.map { .init($0) }
        leftOut = .init(found.leftOut)
        parameters = zip(found.parameters, found.priors).prefix(Self.most).map { .init($0, $1) }
        omittedParameters = Int64(found.parameters.count - parameters.count)
        lifts = found.lifts.map { .init($0, stored) }
        self.verdict = verdict
    }
}

extension MixModelV1.ChannelResult {
    fileprivate init(_ channel: ChannelReturn, _ stored: StoredFit) {
        self.init()
        self.channel = channel.name
        geo = channel.geo ?? ""
        spend = channel.spend
        contribution = stored.told(channel.contribution)
        value = stored.told(channel.value)
        roi = stored.told(channel.roi)
        marginalRoi = stored.told(channel.marginalROI)
        costPerOutcome = stored.told(channel.costPerOutcome)
        effectiveness = stored.told(channel.effectiveness)
        shareOfSpend = channel.shareOfSpend
        shareOfEffect = stored.told(channel.shareOfEffect)
    }
}

extension MixModelV1.MixFit {
    /// How well a model tells the outcome of some periods.
    ///
    /// - Parameters:
    ///   - quality: what was found.
    ///   - kind: what intervals are.
    init(_ quality: FitQuality, _ kind: MixModelV1.Estimate.Kind) {
        self.init()
        count = Int64(quality.count)
        (rSquared, mape, wmape) = (quality.rSquared, quality.mape, quality.wmape)
        bayesianRSquared = .init(quality.bayesianRSquared, kind)
        (coverage50, coverage90) = (quality.coverage50, quality.coverage90)
        logDensity = quality.logDensity
    }
}

extension MixModelV1.PredictedPeriod {
    fileprivate init(_ period: MediaMix.PredictedPeriod) {
        self.init()
        date = "\(period.day)"
        (observed, expected) = (period.observed, period.expected)
        quantiles = period.quantiles
        isFitted = period.isFitted
    }
}

extension MixModelV1.LeftOut {
    /// The most numbers that are named.
    private static let mostNamed = 20

    fileprivate init(_ found: MediaMix.LeftOut) {
        self.init()
        expectedLogDensity = found.expectedLogDensity
        standardError = found.standardError
        parameters = found.parameters
        largestReliableShape = found.largestReliableShape
        unreliableCount = Int64(found.unreliableCount)
        unreliable = found.unreliable.prefix(Self.mostNamed).map { one in
            var message = Unreliable()
            (message.geo, message.date, message.shape) = (one.geo, "\(one.day)", one.shape)
            return message
        }
    }
}

extension MixModelV1.ParameterResult {
    fileprivate init(_ summary: ParameterSummary, _ both: PriorAndPosterior) {
        self.init()
        name = summary.name
        (mean, deviation) = (summary.mean, summary.deviation)
        quantiles = summary.quantiles
        (rHat, bulkEss, tailEss) = (summary.rHat, summary.bulkESS, summary.tailESS)
        meanError = summary.meanError
        priorQuantiles = both.prior
        (deviationLeft, shift) = (both.deviationLeft, both.shift)
    }
}

extension MixModelV1.ModelledLift {
    /// The most geos that are named.
    private static let mostGeos = 20

    fileprivate init(_ lift: MediaMix.ModelledLift, _ stored: StoredFit) {
        self.init()
        channel = lift.channel
        geos = Array(lift.geos.prefix(Self.mostGeos))
        date = "\(lift.first)"
        (measured, standardError) = (lift.measured, lift.standardError)
        modelled = stored.told(lift.modelled)
        conflict = lift.conflict
    }
}
