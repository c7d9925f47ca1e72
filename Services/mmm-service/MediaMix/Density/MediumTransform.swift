/// The adstock and saturation of a medium at one position, with the adjoints of their parameters.
struct MediumTransform: Sendable {
    let adstock: Adstock
    let saturation: Saturation
    let isAdstockFirst: Bool
    private let adstockSlots: [Int]
    private let saturationSlots: [Int]
    private var adstockParameters: [Double]
    private var adstockAdjoint: [Double]
    private(set) var saturationParameters: [Double]
    var saturationAdjoint: [Double]
    private(set) var weights: [Double]
    var weightsAdjoint: [Double]
    /// How the effect comes and goes; nil if it does not.
    var variation: EffectVariation?

    /// - Parameters:
    ///   - configuration: how the medium acts.
    ///   - slots: where its parameters are.
    ///   - periods: how many the panel has.
    init(_ configuration: ChannelConfiguration, _ slots: MixSlots.MediumSlots, _ periods: Int) {
        adstock = configuration.adstock
        saturation = configuration.saturation
        isAdstockFirst = configuration.order == .adstockFirst
        adstockSlots = slots.adstock
        saturationSlots = slots.saturation
        adstockParameters = slots.adstock.map { _ in 0 }
        adstockAdjoint = adstockParameters
        saturationParameters = slots.saturation.map { _ in 0 }
        saturationAdjoint = saturationParameters
        weights = Array(repeating: 0, count: configuration.adstock.lags)
        weightsAdjoint = weights
        variation = slots.variation.map { EffectVariation($0, periods: periods) }
    }

    /// Takes the parameters.
    mutating func load(_ values: [Double]) {
        for index in adstockSlots.indices {
            adstockParameters[index] = values[adstockSlots[index]]
            adstockAdjoint[index] = 0
        }
        for index in saturationSlots.indices {
            saturationParameters[index] = values[saturationSlots[index]]
            saturationAdjoint[index] = 0
        }
        for index in weightsAdjoint.indices { weightsAdjoint[index] = 0 }
        var shape = weights.taken()
        var span = shape.mutableSpan
        adstock.weights(adstockParameters.span, into: &span)
        weights = shape
        variation?.load(values)
    }

    /// Gives the parameters' adjoints.
    mutating func unload(into adjoints: inout [Double]) {
        var own = adstockAdjoint.taken()
        var span = own.mutableSpan
        adstock.pullWeights(
            adstockParameters.span,
            weights: weights.span,
            adjoint: weightsAdjoint.span,
            into: &span
        )
        adstockAdjoint = own
        for index in adstockSlots.indices { adjoints[adstockSlots[index]] += adstockAdjoint[index] }
        for index in saturationSlots.indices {
            adjoints[saturationSlots[index]] += saturationAdjoint[index]
        }
        variation?.unload(into: &adjoints)
    }

    /// Adds what the saturation's parameters do to the responses, and what was responded to.
    mutating func pullSaturation(
        _ x: Span<Double>,
        _ result: Span<Double>,
        _ adjoint: Span<Double>,
        x xAdjoint: inout MutableSpan<Double>
    ) {
        var own = saturationAdjoint.taken()
        var parametersAdjoint = own.mutableSpan
        saturation.pull(
            x: x,
            parameters: saturationParameters.span,
            result: result,
            adjoint: adjoint,
            into: &parametersAdjoint,
            x: &xAdjoint
        )
        saturationAdjoint = own
    }

    /// Adds what weights do to what was carried over.
    mutating func pullCarry(_ x: Span<Double>, _ adjoint: Span<Double>, _ periods: Int) {
        var target = weightsAdjoint.mutableSpan
        for start in stride(from: 0, to: x.count, by: periods) {
            let range = start..<start + periods
            Adstock.pullCarry(
                x: x.extracting(range),
                adjoint: adjoint.extracting(range),
                into: &target
            )
        }
    }

    /// Likewise, and what was carried over.
    mutating func pullCarry(
        _ x: Span<Double>,
        _ adjoint: Span<Double>,
        _ periods: Int,
        x xAdjoint: inout MutableSpan<Double>
    ) {
        pullCarry(x, adjoint, periods)
        for start in stride(from: 0, to: x.count, by: periods) {
            let range = start..<start + periods
            var part = xAdjoint._mutatingExtracting(range)
            Adstock.pullCarry(weights: weights.span, adjoint: adjoint.extracting(range), x: &part)
        }
    }
}
