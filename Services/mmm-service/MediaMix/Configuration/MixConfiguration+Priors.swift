/// The kinds of parameters, by the names that they have in draws, as PyMC-Marketing and Meridian
/// call them.
enum ParameterKind: String, CaseIterable {
    case intercept = "intercept_contribution"
    case knots = "knot_values"
    case trend = "trend"
    case adstockAlpha = "adstock_alpha"
    case adstockTheta = "adstock_theta"
    case adstockScale = "adstock_lam"
    case adstockShape = "adstock_k"
    case saturationRate = "saturation_lam"
    case saturationSlope = "saturation_slope"
    case saturationHalf = "saturation_kappa"
    case saturationCost = "saturation_c"
    case saturationPower = "saturation_alpha"
    case frequencySlope = "frequency_slope"
    case frequencyHalf = "frequency_kappa"
    case coefficient = "saturation_beta"
    case roi = "roi_m"
    case marginalROI = "mroi_m"
    case contribution = "contribution_m"
    case geoIntercept = "tau_g"
    case variationScale = "variation_scale"
    case variationKnots = "variation_knots"
    case mediaSpread = "eta_m"
    case mediaDeviation = "beta_gm_dev"
    case control = "gamma_control"
    case controlSpread = "xi_c"
    case controlDeviation = "gamma_gc_dev"
    case season = "gamma_fourier"
    case holiday = "gamma_holiday"
    case noise = "y_sigma"
    case degrees = "y_nu"

    /// What is believed if nothing else is said.
    var usualPrior: Prior {
        switch self {
        case .intercept, .knots, .control: .normal(mean: 0, scale: 2)
        case .trend: .normal(mean: 0, scale: 1)
        case .adstockAlpha: .beta(1, 3)
        case .adstockTheta: .halfNormal(scale: 1)
        case .adstockScale: .gamma(shape: 4, rate: 2)
        case .adstockShape: .gamma(shape: 9, rate: 3)
        case .saturationRate: .gamma(shape: 3, rate: 1)
        case .saturationSlope, .saturationHalf: .halfNormal(scale: 1.5)
        case .saturationCost: .halfNormal(scale: 1)
        case .saturationPower: .beta(1, 2)
        case .frequencySlope, .frequencyHalf: .logNormal(mean: 0.7, scale: 0.4)
        case .coefficient, .noise: .halfNormal(scale: 2)
        case .roi: .logNormal(mean: 0.2, scale: 0.9)
        case .marginalROI: .logNormal(mean: 0, scale: 0.5)
        case .contribution: .beta(1, 99)
        case .geoIntercept: .normal(mean: 0, scale: 5)
        case .mediaSpread: .halfNormal(scale: 1)
        case .variationScale: .halfNormal(scale: 0.2)
        case .mediaDeviation, .controlDeviation, .variationKnots: .normal(mean: 0, scale: 1)
        case .controlSpread: .halfNormal(scale: 5)
        case .season, .holiday: .laplace(mean: 0, scale: 1)
        case .degrees: .gamma(shape: 2, rate: 0.1)
        }
    }

    /// The numbers that mean something.
    var domain: ClosedRange<Double> {
        switch self {
        case .intercept, .knots, .trend, .geoIntercept, .mediaDeviation, .control,
            .controlDeviation, .season, .holiday, .coefficient, .variationKnots:
            -.infinity ... .infinity
        case .adstockAlpha, .saturationPower, .contribution: 0...1
        case .adstockTheta, .adstockScale, .adstockShape, .saturationRate, .saturationSlope,
            .saturationHalf, .saturationCost, .frequencySlope, .frequencyHalf, .roi, .marginalROI,
            .variationScale, .mediaSpread, .controlSpread, .noise, .degrees:
            0 ... .infinity
        }
    }
}
