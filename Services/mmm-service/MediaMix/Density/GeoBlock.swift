internal import Numerics

/// By how much each geo lies above what all have in common.
struct GeoBlock: Sendable {
    /// The slots; nil for the geo that others are compared with.
    private let slots: [Int?]

    init(slots: [Int?]) { self.slots = slots }

    /// Adds the common series to each geo, with its own level.
    func forward(_ values: [Double], _ series: [Double], into mean: inout [Double]) {
        let periods = series.count
        var mean = mean.mutableSpan
        for geo in slots.indices {
            var own = mean._mutatingExtracting(geo * periods..<(geo + 1) * periods)
            own.add(series.span, times: 1)
            if let slot = slots[geo] { own.raise(by: values[slot]) }
        }
    }

    func pull(
        _ meanAdjoint: [Double],
        series seriesAdjoint: inout [Double],
        into adjoints: inout [Double]
    ) {
        let periods = seriesAdjoint.count
        var sum = seriesAdjoint.mutableSpan
        sum.copy(meanAdjoint.span.extracting(..<periods))
        for geo in slots.indices {
            let own = meanAdjoint.span.extracting(geo * periods..<(geo + 1) * periods)
            if geo > 0 { sum.add(own, times: 1) }
            if let slot = slots[geo] { adjoints[slot] += own.sum() }
        }
    }
}
