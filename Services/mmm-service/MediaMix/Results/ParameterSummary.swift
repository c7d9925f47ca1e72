internal import Numerics

/// What draws say of a parameter, and how well they can be relied on.
public struct ParameterSummary: Sendable, Hashable {
    /// Its name, as ArviZ prints it.
    public let name: String
    /// The mean.
    public let mean: Double
    /// The standard deviation.
    public let deviation: Double
    /// The quantiles ``probabilities``.
    public let quantiles: [Double]
    /// Whether chains agree: 1 is good; nil if it cannot be told, as of a fixed parameter.
    public let rHat: Double?
    /// How many independent draws tell as much of its centre; nil if that cannot be told.
    public let bulkESS: Double?
    /// How many tell as much of its tails; nil if that cannot be told.
    public let tailESS: Double?
    /// The standard error of the mean; nil if that cannot be told.
    public let meanError: Double?

    /// How many independent draws tell as much of its mean; nil if that cannot be told.
    var meanESS: Double? {
        guard let meanError, meanError > 0 else { return nil }
        return deviation * deviation / (meanError * meanError)
    }

    /// What the quantiles are of.
    public static let probabilities = [0.05, 0.25, 0.5, 0.75, 0.95]

    init(_ name: String, _ chains: [[Double]]) {
        let all = chains.flatMap { $0 }
        let moments = Moments(all)
        let sorted = all.sorted()
        let varies = sorted.first != sorted.last
        self.name = name
        mean = varies ? moments.mean : sorted[0]
        deviation = varies ? moments.deviation : 0
        quantiles = Self.probabilities.map { Diagnostics.quantile(sorted, $0) }
        func finite(_ value: Double) -> Double? { value.isFinite ? value : nil }
        rHat = varies && chains.count > 1 ? finite(Diagnostics.rHat(chains)) : nil
        bulkESS = varies ? finite(Diagnostics.bulkESS(chains)) : nil
        tailESS = varies ? finite(Diagnostics.tailESS(chains)) : nil
        meanError = varies ? finite(Diagnostics.meanError(chains)) : nil
    }
}

/// A parameter before and after the data were seen.
public struct PriorAndPosterior: Sendable, Hashable {
    /// Its name.
    public let name: String
    /// Quantiles before, for ``ParameterSummary/probabilities``.
    public let prior: [Double]
    /// Quantiles after.
    public let posterior: [Double]
    /// The standard deviation that was left over that which was believed: near 1 the data said
    /// nothing; nil of a fixed parameter.
    public let deviationLeft: Double?
    /// By how many of the prior's standard deviations the mean has moved; nil of a fixed one.
    public let shift: Double?
    /// How likely a lower number was beforehand than the posterior's mean.
    public let rank: Double

    init(_ summary: ParameterSummary, prior: [Double]) {
        let sorted = prior.sorted()
        let moments = Moments(prior)
        name = summary.name
        self.prior = ParameterSummary.probabilities.map { Diagnostics.quantile(sorted, $0) }
        posterior = summary.quantiles
        let isFixed = sorted.first == sorted.last
        deviationLeft = isFixed ? nil : summary.deviation / moments.deviation
        shift = isFixed ? nil : (summary.mean - moments.mean) / moments.deviation
        rank = Double(sorted.count { $0 < summary.mean }) / Double(sorted.count)
    }
}

extension MixFit {
    /// What draws say of every parameter, in the order of ``MediaMixModel/parameterNames``.
    ///
    /// - Returns: a summary of each, of all draws.
    public func parameterSummaries() -> [ParameterSummary] {
        var summaries: [ParameterSummary] = []
        forEachParameter { summaries.append(ParameterSummary($0, $1)) }
        return summaries
    }

    /// Every parameter before and after the data were seen.
    ///
    /// - Parameters:
    ///   - summaries: what ``parameterSummaries()`` gives.
    ///   - prior: of ``MediaMixModel/priorSample(draws:seed:)``.
    /// - Returns: both, in the order of the summaries.
    public func priorsAndPosteriors(
        _ summaries: [ParameterSummary],
        prior: MixSample
    ) -> [PriorAndPosterior] {
        // What is believed of a parameter itself is known exactly; of others, draws tell.
        let ranks = (0..<1000).map { (Double($0) + 0.5) / 1000 }
        var known: [Prior: [Double]] = [:]
        return summaries.enumerated().map { index, summary in
            guard index < model.layout.parameters.count else {
                return PriorAndPosterior(summary, prior: prior.draws.map { $0[index] })
            }
            let own = model.layout.parameters[index].prior
            let quantiles =
                known[own] ?? ranks.map { own.distribution?.quantile($0) ?? own.median }
            known[own] = quantiles
            return PriorAndPosterior(summary, prior: quantiles)
        }
    }
}
