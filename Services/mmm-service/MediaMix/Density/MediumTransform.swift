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

    init(_ configuration: ChannelConfiguration, _ slots: MixSlots.MediumSlots) {
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
        let (adstock, parameters) = (adstock, adstockParameters)
        var span = weights.mutableSpan
        adstock.weights(parameters.span, into: &span)
    }

    /// Gives the parameters' adjoints.
    mutating func unload(into adjoints: inout [Double]) {
        let (adstock, parameters) = (adstock, adstockParameters)
        let (weights, weightsAdjoint) = (weights, weightsAdjoint)
        var span = adstockAdjoint.mutableSpan
        adstock.pullWeights(
            parameters.span,
            weights: weights.span,
            adjoint: weightsAdjoint.span,
            into: &span
        )
        for index in adstockSlots.indices { adjoints[adstockSlots[index]] += adstockAdjoint[index] }
        for index in saturationSlots.indices {
            adjoints[saturationSlots[index]] += saturationAdjoint[index]
        }
    }
}
