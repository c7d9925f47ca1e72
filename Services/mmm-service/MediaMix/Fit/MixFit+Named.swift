internal import Numerics

extension MixFit {
    /// About so many numbers are looked at at a time: more names take more passes.
    private static let numbersAtOnce = 4_000_000

    /// Goes through all parameters by their names, in the order of
    /// ``MediaMixModel/parameterNames``.
    ///
    /// - Parameter body: takes a name, and `[chains][draws]` of that parameter.
    func forEachParameter(_ body: (String, [[Double]]) -> Void) {
        let names = model.parameterNames
        let size = max(1, Self.numbersAtOnce / max(1, draws.count * draws.chains.count))
        for first in stride(from: 0, to: names.count, by: size) {
            let range = first..<min(first + size, names.count)
            for (name, values) in zip(names[range], named(range)) { body(name, values) }
        }
    }

    /// Parameters by their names' places: `[range][chains][draws]`.
    private func named(_ range: Range<Int>) -> [[[Double]]] {
        var density = MixDensity(model)
        var values = range.map { _ in
            draws.chains.map { _ in [Double](repeating: 0, count: draws.count) }
        }
        for (chain, positions) in draws.chains.enumerated() {
            for draw in 0..<draws.count {
                let place = draw * draws.dimension..<(draw + 1) * draws.dimension
                let named = density.parameters(at: positions.span.extracting(place))
                for (index, name) in range.enumerated() { values[index][chain][draw] = named[name] }
            }
        }
        return values
    }
}
