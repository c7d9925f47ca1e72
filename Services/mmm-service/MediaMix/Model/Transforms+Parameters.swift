extension Adstock {
    /// Its parameters, in the order in which it takes them.
    var parameterKinds: [ParameterKind] {
        switch kind {
        case .none: []
        case .geometric, .binomial, .shortBinomial: [.adstockAlpha]
        case .delayed: [.adstockAlpha, .adstockTheta]
        case .weibullDensity, .weibullDistribution: [.adstockScale, .adstockShape]
        }
    }
}

extension Saturation {
    /// Its parameters, in the order in which it takes them.
    var parameterKinds: [ParameterKind] {
        switch self {
        case .none: []
        case .logistic, .michaelisMenten: [.saturationRate]
        case .hill: [.saturationSlope, .saturationHalf]
        case .tanh: [.saturationCost]
        case .root: [.saturationPower]
        }
    }
}
