internal import Numerics

extension CarryOverResponse {
    /// What the money of a line does in one place: it buys a medium, which has an effect there.
    public struct Part: Sendable {
        /// What it buys.
        public let medium: Medium
        /// How much of it a unit of money buys, on the model's scale; from 0.
        public let amountPerMoney: Double
        /// How much there was in the last periods before the plan, on the model's scale.
        public let before: [Double]
        /// The outcome of a response of 1, `[draws]`.
        public let coefficients: [Double]

        /// What money does in one place.
        ///
        /// - Parameters:
        ///   - medium: what it buys.
        ///   - amountPerMoney: how much of it a unit of money buys, on the model's scale; from 0.
        ///   - before: how much there was in the last periods before the plan, on that scale; of
        ///     them, those count that carry over into it.
        ///   - coefficients: the outcome of a response of 1, `[draws]`.
        /// - Throws: ``BudgetRefusal`` if a number is none, or negative where it may not be.
        public init(
            _ medium: Medium,
            amountPerMoney: Double,
            before: [Double] = [],
            coefficients: [Double]
        ) throws(BudgetRefusal) {
            guard coefficients.count == medium.draws, coefficients.span.isFinite() else {
                throw .draws(of: medium.name)
            }
            let isSound = ([amountPerMoney] + before).allSatisfy { $0 >= 0 && $0.isFinite }
            guard isSound else { throw .noPrice(line: medium.name) }
            self.medium = medium
            self.amountPerMoney = amountPerMoney
            // What saturates by itself adds the same to every plan.
            let count = medium.isAdstockFirst ? medium.adstock.lags - 1 : 0
            self.before = before.suffix(count)
            self.coefficients = coefficients
        }
    }

    /// How a medium carries over and levels off, by each draw.
    public struct Medium: Sendable {
        let name: String
        let draws: Int
        let adstock: Adstock
        let saturation: Saturation
        let isAdstockFirst: Bool
        /// `[draws × parameters]`.
        private let parameters: [Double]
        /// The weights of the lags, `[draws × lags]`.
        private let weights: [Double]
        /// Their sums up to each lag; none where they are not needed.
        private let sums: [Double]

        /// How a medium responds.
        ///
        /// - Parameters:
        ///   - name: what it is called.
        ///   - configuration: its transforms.
        ///   - draws: how many draws there are, from 1.
        ///   - adstockParameters: `[draws × parameters]`, in the order of ``Adstock/Kind``.
        ///   - saturationParameters: `[draws × parameters]`, in the order of ``Saturation``.
        /// - Throws: ``BudgetRefusal`` if a parameter is no number.
        public init(
            _ name: String,
            _ configuration: ChannelConfiguration,
            draws: Int,
            adstockParameters: [Double],
            saturationParameters: [Double]
        ) throws(BudgetRefusal) {
            self.name = name
            self.draws = draws
            adstock = configuration.adstock
            saturation = configuration.saturation
            isAdstockFirst = configuration.order == .adstockFirst
            parameters = saturationParameters
            weights = Self.weights(adstock, adstockParameters, draws: draws)
            let lags = adstock.lags
            var sums: [Double] = []
            if !isAdstockFirst {
                sums = weights
                for index in sums.indices where index % lags > 0 { sums[index] += sums[index - 1] }
            }
            self.sums = sums
            let counts = (adstockParameters.count, saturationParameters.count)
            guard counts.0 == draws * adstock.parameterCount,
                counts.1 == draws * saturation.parameterCount,
                parameters.span.isFinite(), weights.span.isFinite()
            else { throw .draws(of: name) }
        }

        private static func weights(
            _ adstock: Adstock,
            _ parameters: [Double],
            draws: Int
        ) -> [Double] {
            let (lags, count) = (adstock.lags, adstock.parameterCount)
            guard parameters.count == draws * count else { return [] }
            var weights = [Double](repeating: 0, count: draws * lags)
            var all = weights.mutableSpan
            for draw in 0..<draws {
                let own = parameters.span.extracting(draw * count..<(draw + 1) * count)
                var part = all._mutatingExtracting(draw * lags..<(draw + 1) * lags)
                adstock.weights(own, into: &part)
            }
            return weights
        }

        /// Whether more of it never does more than as much did before, in any draw.
        var isConcave: Bool {
            switch saturation {
            case .none, .logistic, .tanh, .michaelisMenten: true
            case .hill:
                stride(from: 0, to: 2 * draws, by: 2).allSatisfy { parameters[$0] <= 1 }
            case .root: parameters.allSatisfy { $0 <= 1 }
            }
        }

        /// The sum of all periods' responses by a draw.
        func respond(_ draw: Int, _ work: inout Work) -> Double {
            let own = parameters(draw)
            guard isAdstockFirst else {
                fillReaches(draw, &work)
                work.saturate(saturation, own, count: work.periods)
                return work.saturated.span.extracting(..<work.periods)
                    .dot(work.reaches.span)
            }
            work.carry(weights.span.extracting(draw * adstock.lags..<(draw + 1) * adstock.lags))
            work.saturate(saturation, own, count: work.length)
            return work.saturated.span.sum()
        }

        /// Adds to a gradient by the amounts that of what ``respond(_:_:)`` gave, times a factor.
        func pull(
            _ draw: Int,
            times factor: Double,
            _ work: inout Work,
            into gradient: inout [Double]
        ) {
            let own = parameters(draw)
            var target = gradient.mutableSpan
            guard isAdstockFirst else {
                work.findSlopes(saturation, own, count: work.periods)
                for period in 0..<work.periods {
                    target[period] += factor * work.slopes[period] * work.reaches[period]
                }
                return
            }
            work.findSlopes(saturation, own, count: work.length)
            var slopes = work.slopes.mutableSpan
            slopes.scale(by: factor)
            let lags = draw * adstock.lags..<(draw + 1) * adstock.lags
            Adstock.pullCarry(
                weights: weights.span.extracting(lags),
                adjoint: slopes.span,
                x: &target
            )
        }

        @_lifetime(borrow self)
        private func parameters(_ draw: Int) -> Span<Double> {
            let count = saturation.parameterCount
            return parameters.span.extracting(draw * count..<(draw + 1) * count)
        }

        /// By what a response in each of the plan's periods is multiplied, in all that is counted.
        private func fillReaches(_ draw: Int, _ work: inout Work) {
            let lags = adstock.lags
            for period in 0..<work.periods {
                let reach = min(lags, work.length - period)
                work.reaches[period] = sums[draw * lags + reach - 1]
            }
        }
    }

    /// Room for the numbers of one part and draw.
    struct Work {
        let periods: Int
        let length: Int
        /// Amounts: before the plan, in it, and after it.
        private let amounts: [Double]
        private let before: Int
        /// What is there in each period that is counted, carried over if that comes first.
        private var inner: [Double]
        fileprivate(set) var saturated: [Double]
        fileprivate(set) var slopes: [Double]
        fileprivate(set) var reaches: [Double]

        init(_ part: Part, _ spend: Span<Double>, length: Int) {
            periods = spend.count
            self.length = length
            before = part.before.count
            let factor = part.amountPerMoney
            amounts =
                part.before + spend.indices.map { spend[$0] * factor }
                + Array(repeating: 0, count: length - spend.count)
            inner = amounts
            saturated = Array(repeating: 0, count: length)
            slopes = saturated
            reaches = Array(repeating: 0, count: periods)
        }

        mutating func carry(_ weights: Span<Double>) {
            let amounts = amounts
            var span = inner.mutableSpan
            Adstock.carry(amounts.span, weights: weights, into: &span)
        }

        mutating func saturate(_ saturation: Saturation, _ parameters: Span<Double>, count: Int) {
            let (inner, range) = (inner, before..<before + count)
            var all = saturated.mutableSpan
            var part = all._mutatingExtracting(..<count)
            saturation.respond(
                inner.span.extracting(range),
                parameters: parameters,
                into: &part
            )
        }

        mutating func findSlopes(_ saturation: Saturation, _ parameters: Span<Double>, count: Int) {
            let (inner, saturated, range) = (inner, saturated, before..<before + count)
            var all = slopes.mutableSpan
            var part = all._mutatingExtracting(..<count)
            saturation.slopes(
                at: inner.span.extracting(range),
                responses: saturated.span.extracting(..<count),
                parameters: parameters,
                into: &part
            )
        }
    }
}
