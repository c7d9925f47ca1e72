internal import Numerics

/// How a medium's effect comes and goes: a multiplier for each period, whose mean is 1.
///
/// Its logarithm follows lines between knots, times a scale whose prior pulls it to 0: an effect
/// that data do not show to vary does not.
struct EffectVariation: Sendable {
    private let slots: MixSlots.VariationSlots
    private let lines: KnotLines
    private var scale = 0.0
    /// The logarithms over the scale, `[periods]`.
    private var heights: [Double]
    /// `[periods]`.
    private(set) var multipliers: [Double]
    /// The derivatives by the multipliers.
    var adjoints: [Double]

    init(_ slots: MixSlots.VariationSlots, periods: Int) {
        self.slots = slots
        lines = KnotLines(slots.knots.count, periods: periods)
        heights = Array(repeating: 0, count: periods)
        multipliers = Array(repeating: 1, count: periods)
        adjoints = heights
    }

    /// Takes the parameters.
    mutating func load(_ values: [Double]) {
        scale = values[slots.scale]
        for period in heights.indices {
            heights[period] = lines.height(period, slots.knots, values)
            multipliers[period] = scale * heights[period]
            adjoints[period] = 0
        }
        var span = multipliers.mutableSpan
        Elementary.exp(&span)
        span.scale(by: Double(span.count) / span.span.sum())
    }

    /// Gives the parameters' adjoints.
    func unload(into target: inout [Double]) {
        // The mean is 1 whatever one of them does.
        let mean = adjoints.span.dot(multipliers.span) / Double(multipliers.count)
        for period in heights.indices {
            let slope = multipliers[period] * (adjoints[period] - mean)
            target[slots.scale] += slope * heights[period]
            lines.pull(slope * scale, period, slots.knots, into: &target)
        }
    }
}
