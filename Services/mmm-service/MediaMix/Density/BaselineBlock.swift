internal import Numerics

/// What there would be without anything else: a constant, or lines between knots.
struct BaselineBlock: Sendable {
    private let levels: [Int]
    /// Nil of a constant.
    private let lines: KnotLines?

    /// - Parameters:
    ///   - levels: the slots of the constant, or of the knots.
    ///   - periods: how many periods there are.
    init(levels: [Int], periods: Int) {
        self.levels = levels
        lines = levels.count > 1 ? KnotLines(levels.count, periods: periods) : nil
    }

    func forward(_ values: [Double], into series: inout [Double]) {
        guard let lines else {
            var series = series.mutableSpan
            series.update(repeating: values[levels[0]])
            return
        }
        for period in series.indices { series[period] = lines.height(period, levels, values) }
    }

    func pull(_ seriesAdjoint: [Double], into adjoints: inout [Double]) {
        guard let lines else {
            adjoints[levels[0]] += seriesAdjoint.span.sum()
            return
        }
        for period in seriesAdjoint.indices {
            lines.pull(seriesAdjoint[period], period, levels, into: &adjoints)
        }
    }
}
