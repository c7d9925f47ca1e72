/// How a medium acts on the outcome.
public struct ChannelConfiguration: Sendable, Hashable {
    /// How its effect carries over into later periods.
    public var adstock: Adstock
    /// How its effect wears off as there is more of it.
    public var saturation: Saturation
    /// Which of the two comes first.
    public var order: Order
    /// What is believed beforehand, and sampled.
    public var effect: Effect

    /// Which transform comes first.
    public enum Order: Sendable, Hashable {
        /// What was carried over saturates with what is new.
        case adstockFirst
        /// Each period saturates alone, and its effect is carried over.
        case saturationFirst
    }

    /// What the prior on a medium's strength is of.
    public enum Effect: String, Sendable, Hashable, CaseIterable {
        /// The factor of its response, in units of the scaled outcome: `saturation_beta`.
        case coefficient = "saturation_beta"
        /// What it earned in all, over what it cost in all: `roi_m`.
        case roi = "roi_m"
        /// What a hundredth more of it would earn, over what that would cost: `mroi_m`.
        case marginalROI = "mroi_m"
        /// Its share of the outcome: `contribution_m`.
        case contribution = "contribution_m"
    }

    /// Eight weights of geometric adstock before logistic saturation, with a prior on one effect.
    ///
    /// - Parameter effect: what the prior on its strength is of.
    public init(effect: Effect = .roi) {
        adstock = Adstock(kind: .geometric, lags: 8, isNormalised: true)
        saturation = .logistic
        order = .adstockFirst
        self.effect = effect
    }

    /// How media act of which reach and frequency are known, if nothing else is said.
    static var reach: Self {
        var configuration = Self()
        configuration.saturation = .hill
        configuration.order = .saturationFirst
        return configuration
    }
}
