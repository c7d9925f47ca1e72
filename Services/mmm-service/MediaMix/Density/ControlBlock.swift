internal import Numerics

/// Controls and treatments, whose effects may differ between geos.
struct ControlBlock: Sendable {
    private let slots: [MixSlots.ControlSlots]
    /// `[geos * periods]` each.
    private let columns: [[Double]]
    private let geos: Int

    init(slots: [MixSlots.ControlSlots], columns: [[Double]], geos: Int) {
        self.slots = slots
        self.columns = columns
        self.geos = geos
    }

    func forward(_ values: [Double], into mean: inout [Double]) {
        var mean = mean.mutableSpan
        for (own, column) in zip(slots, columns) {
            guard let spread = own.spread else {
                mean.add(column.span, times: values[own.effect])
                continue
            }
            for geo in 0..<geos {
                let effect = values[own.effect] + values[spread] * values[own.deviations[geo]]
                let range = geo * column.count / geos..<(geo + 1) * column.count / geos
                var part = mean._mutatingExtracting(range)
                part.add(column.span.extracting(range), times: effect)
            }
        }
    }

    func pull(_ values: [Double], _ meanAdjoint: [Double], into adjoints: inout [Double]) {
        for (own, column) in zip(slots, columns) {
            guard let spread = own.spread else {
                adjoints[own.effect] += column.span.dot(meanAdjoint.span)
                continue
            }
            for geo in 0..<geos {
                let range = geo * column.count / geos..<(geo + 1) * column.count / geos
                let slope = column.span.extracting(range)
                    .dot(meanAdjoint.span.extracting(range))
                let deviation = own.deviations[geo]
                adjoints[own.effect] += slope
                adjoints[spread] += slope * values[deviation]
                adjoints[deviation] += slope * values[spread]
            }
        }
    }
}
