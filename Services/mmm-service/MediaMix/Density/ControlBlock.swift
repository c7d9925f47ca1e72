internal import Numerics

/// Controls and treatments whose effects differ between geos.
struct ControlBlock: Sendable {
    /// One of them.
    struct Control: Sendable {
        /// Where its common effect is, and how it differs.
        let slots: MixSlots.ControlSlots
        /// The prior of the common effect, where the mean of the geos' is sampled in its place.
        let prior: PriorLaw?
        /// By how much effects differ between geos.
        var spread: GeoSpread
        /// `[geos * periods]`.
        let column: [Double]
    }

    private(set) var controls: [Control]
    private let geos: Int

    init(_ controls: [Control], geos: Int) {
        self.controls = controls
        self.geos = geos
    }

    /// Adds all of them to the mean.
    ///
    /// - Parameters:
    ///   - values: the parameters.
    ///   - mean: `[geos * periods]`.
    /// - Returns: the logarithm of priors that are not those of sampled parameters.
    mutating func forward(_ values: [Double], into mean: inout [Double]) -> Double {
        var sum = 0.0
        let cells = mean.count / geos
        var mean = mean.mutableSpan
        for index in controls.indices {
            sum += controls[index].spread.load(values)
            let control = controls[index]
            sum += control.prior?.evaluate(commonEffect(control, values)).logDensity ?? 0
            let effect = values[control.slots.effect]
            for geo in 0..<geos {
                let range = geo * cells..<(geo + 1) * cells
                var part = mean._mutatingExtracting(range)
                let own = control.column.span.extracting(range)
                part.add(own, times: effect + control.spread.difference(geo, values))
            }
        }
        return sum
    }

    /// The effect that geos differ around.
    func commonEffect(_ control: Control, _ values: [Double]) -> Double {
        values[control.slots.effect] - control.spread.elevation(values)
    }

    /// Pulls the derivatives by the mean back to the parameters.
    mutating func pull(_ values: [Double], _ meanAdjoint: [Double], into adjoints: inout [Double]) {
        let cells = meanAdjoint.count / geos
        for index in controls.indices {
            let control = controls[index]
            for geo in 0..<geos {
                let range = geo * cells..<(geo + 1) * cells
                let slope = control.column.span.extracting(range)
                    .dot(meanAdjoint.span.extracting(range))
                adjoints[control.slots.effect] += slope
                controls[index].spread.adjoints[geo] = slope
            }
            let slope = control.prior?.evaluate(commonEffect(control, values)).slope ?? 0
            adjoints[control.slots.effect] += slope
            controls[index].spread.pull(elevation: -slope, values, into: &adjoints)
        }
    }
}
