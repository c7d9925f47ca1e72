internal import Numerics
public import Panels

/// All that a fit says.
public struct MixResults: Sendable {
    /// How much results are made of.
    public struct Options: Sendable, Hashable {
        /// How much of the draws intervals hold.
        public var level = 0.9
        /// How many draws are used at most, but for summaries of parameters, which use all.
        public var draws = 1000
        /// How many draws of the prior are made.
        public var priorDraws = 200
        /// Where the noise of predictions and the prior's draws come from.
        public var seed: UInt64 = 1

        /// Nine tenths, of a thousand draws.
        public init() {}
    }

    /// How much they are made of.
    public let options: Options
    /// How many draws were used for all but summaries of parameters.
    public let drawsUsed: Int
    /// How many there were.
    public let drawsAvailable: Int
    /// What each part added.
    public let contributions: MixContributions
    /// What media did for what they cost.
    public let returns: ChannelReturns
    /// What media would have added, had there been more or less.
    public let curves: [ResponseCurve]
    /// How long media work.
    public let carryOver: [CarryOver]
    /// What draws say of each parameter.
    public let parameters: [ParameterSummary]
    /// Each parameter before and after the data were seen.
    public let priors: [PriorAndPosterior]
    /// What was believed of each channel's return before the data were seen; channels that cost
    /// something alone.
    public let priorReturns: [String: MixEstimate]
    /// How well it predicts.
    public let prediction: MixPrediction
    /// How well the prior alone predicts: it should be far wider, and not far off.
    public let priorPrediction: MixPrediction
    /// How well it would tell each number had it not seen it.
    public let leftOut: LeftOut
    /// What experiments measured, and what the model says of them.
    public let lifts: [ModelledLift]

    /// Computes them.
    ///
    /// - Parameters:
    ///   - fit: a model with its draws.
    ///   - whole: the model's panel with periods after it that were held out; nil if none were.
    ///   - options: how much they are made of.
    /// - Throws: ``MixModelError/otherScaling`` if that is another panel.
    public init(
        _ fit: MixFit,
        whole: Panel? = nil,
        options: Options = Options()
    ) throws(MixModelError) {
        let (model, level) = (fit.model, options.level)
        let sample = fit.sample(most: model.affordableDraws(most: options.draws, on: whole))
        let prior = model.priorSample(
            draws: model.affordableDraws(most: options.priorDraws),
            seed: options.seed
        )
        self.options = options
        drawsUsed = sample.draws.count
        drawsAvailable = sample.available
        contributions = try MixContributions(model, sample, level: level)
        returns = try ChannelReturns(model, sample, level: level)
        curves = try ResponseCurve.all(model, sample, level: level)
        carryOver = try CarryOver.all(model, sample, level: level)
        parameters = fit.parameterSummaries()
        priors = fit.priorsAndPosteriors(parameters, prior: prior)
        priorReturns = Dictionary(
            try ChannelReturns(model, prior, level: 0.98).all.compactMap { channel in
                channel.roi.map { (channel.name, $0) }
            },
            uniquingKeysWith: { first, _ in first }
        )
        prediction = try MixPrediction(
            model,
            sample,
            on: whole,
            level: level,
            seed: options.seed
        )
        priorPrediction = try MixPrediction(model, prior, level: level, seed: options.seed)
        let sizes = parameters.compactMap(\.meanESS)
        let size = sizes.isEmpty ? Double(drawsUsed) : sizes.reduce(0, +) / Double(sizes.count)
        leftOut = LeftOut(
            prediction,
            relativeEfficiency: min(1, size / Double(drawsUsed))
        )
        lifts = try ModelledLift.all(model, sample, level: level)
    }
}
