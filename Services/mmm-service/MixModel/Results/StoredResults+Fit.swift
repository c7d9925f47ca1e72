internal import MediaMix
internal import Messages
internal import Numerics
internal import Panels

extension MixModelV1.StoredResults {
    /// Computes what a model says.
    ///
    /// - Parameter stored: the model, with its draws.
    /// - Throws: ``MixModelError`` if its panel is not its own.
    init(_ stored: StoredFit) throws {
        let whole = stored.holdoutPeriods > 0 ? stored.panel : nil
        let found = try MediaMix.MixResults(stored.fit, whole: whole)
        let divergences =
            stored.traces.isEmpty
            ? nil : stored.traces.map(\.divergences).reduce(0, +)
        let review = MediaMix.MixReview(stored.fit, found, divergences: divergences)
        self.init()
        results = MixModelV1.MixResults(found, stored, verdict: review.verdict)
        contributions = MixModelV1.MixContributions(found.contributions, stored, geo: nil)
        curves = MixModelV1.ResponseCurves(found, stored)
        self.review = MixModelV1.MixReview(review, stored)
    }
}

extension StoredFit {
    /// What its intervals are: a bootstrap's say how results move with the data.
    var intervals: MixModelV1.Estimate.Kind { traces.isEmpty ? .confidence : .credible }

    /// How a number is told.
    func told(_ estimate: MixEstimate) -> MixModelV1.Estimate {
        MixModelV1.Estimate(estimate, intervals)
    }

    /// How a number is told that there may not be.
    func told(_ estimate: MixEstimate?) -> MixModelV1.Estimate? { estimate.map { told($0) } }
}

extension MixModelV1.Estimate {
    /// How a number is told.
    ///
    /// - Parameters:
    ///   - estimate: what draws say of it.
    ///   - kind: what its interval is.
    init(_ estimate: MixEstimate, _ kind: Kind) {
        self.init()
        (mean, median) = (estimate.mean, estimate.median)
        (lower, upper) = (estimate.lower, estimate.upper)
        level = MediaMix.MixResults.Options().level
        self.kind = kind
    }
}

extension MixModelV1.MixReview {
    fileprivate init(_ review: MediaMix.MixReview, _ stored: StoredFit) {
        self.init()
        modelID = "\(stored.record.id)"
        status = Status(review.status)
        verdict = review.verdict
        checks = review.checks.map { check in
            var message = Check()
            message.name = check.subject.rawValue
            message.status = Status(check.status)
            message.words = check.words
            message.remedy = check.remedy ?? ""
            return message
        }
    }
}

extension MixModelV1.MixReview.Status {
    fileprivate init(_ status: ReviewCheck.Status) {
        self =
            switch status {
            case .pass: .pass
            case .review: .review
            case .fail: .fail
            }
    }
}

extension MixModelV1.ResponseCurves {
    fileprivate init(_ found: MediaMix.MixResults, _ stored: StoredFit) {
        self.init()
        modelID = "\(stored.record.id)"
        curves = zip(found.curves, found.carryOver).map { curve, carry in
            var message = Curve()
            message.channel = curve.name
            (message.leastObserved, message.mostObserved) = (
                curve.observed.lowerBound, curve.observed.upperBound
            )
            message.usual = curve.usual
            message.points = curve.points.map { point in
                var told = Point()
                told.multiplier = point.multiplier
                told.spend = point.spend
                told.contribution = stored.told(point.contribution)
                told.isObserved = point.isObserved
                return told
            }
            message.decay = carry.decay.map { stored.told($0) }
            message.meanLag = stored.told(carry.meanLag)
            message.immediate = stored.told(carry.immediate)
            message.carriedOver = stored.told(carry.carriedOver)
            return message
        }
    }
}

extension MixModelV1.MixContributions {
    /// What parts added.
    ///
    /// - Parameters:
    ///   - found: what they added.
    ///   - stored: the model.
    ///   - geo: in which geo; nil for all together.
    init(_ found: MediaMix.MixContributions, _ stored: StoredFit, geo: String?) {
        self.init()
        let panel = stored.fit.model.panel
        modelID = "\(stored.record.id)"
        self.geo = geo ?? ""
        dates = panel.periods.map { "\($0)" }
        geos = geo == nil ? panel.geos.map(\.name) : []
        parts = found.parts.indices.map { index in
            var part = Part()
            part.part = MixModelV1.MixPart(found.parts[index])
            part.total = stored.told(found.total[index])
            part.periods = found.byPeriod[index].map { stored.told($0) }
            part.geos = geo == nil ? found.byGeo[index].map { stored.told($0) } : []
            return part
        }
        expected = found.expectedByPeriod.map { stored.told($0) }
        baseline = found.baselineByPeriod.map { stored.told($0) }
    }
}

extension MixModelV1.MixPart {
    init(_ part: MediaMix.MixPart) {
        self.init()
        name = part.name
        kind =
            switch part.kind {
            case .baseline: .baseline
            case .season: .season
            case .control: .control
            case .treatment: .treatment
            case .organic: .organic
            case .channel: .channel
            }
    }
}
