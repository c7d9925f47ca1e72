extension MixConfiguration {
    /// What PyMC-Marketing's quick start fits, with all its priors.
    public static var pymcQuickstart: Self {
        var configuration = Self()
        configuration.channel.effect = .coefficient
        configuration.controlScale = .none
        return configuration
    }

    /// What Meridian fits to geos if nothing else is said, but for the number of knots.
    ///
    /// - Parameter knots: how many there are, from 2.
    /// - Returns: the configuration.
    public static func meridian(knots: Int) -> Self {
        var configuration = Self()
        configuration.channel.adstock = Adstock(kind: .geometric, lags: 9, isNormalised: true)
        configuration.channel.saturation = .michaelisMenten
        configuration.baseline = .knots(knots)
        configuration.seasons = []
        configuration.hasGeoEffects = true
        configuration.outcomeScale = .perCapitaStandardised
        configuration.mediaScale = .perCapitaMedian
        configuration.priors = [
            "knot_values": .normal(mean: 0, scale: 5),
            "adstock_alpha": .uniform(lower: 0, upper: 1),
            "saturation_lam": .truncatedNormal(mean: 0.8, scale: 0.8, lower: 0.1, upper: 10),
            "gamma_control": .normal(mean: 0, scale: 5),
            "y_sigma": .halfNormal(scale: 5),
        ]
        return configuration
    }
}
