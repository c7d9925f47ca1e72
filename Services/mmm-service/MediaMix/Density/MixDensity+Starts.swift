internal import Numerics

extension MixDensity: ClimbableDensity {
    /// Points for chains to start at: likely ones, found from around the middle of priors.
    ///
    /// - Parameters:
    ///   - chains: how many.
    ///   - seed: where randomness comes from.
    /// - Returns: `[chains][dimension]`.
    public func starts(chains: Int, seed: UInt64) -> [[Double]] {
        likelyStarts(chains: chains, seed: seed)
    }

    func middle(_ random: inout RandomStream) -> [Double] { parameters.start(&random) }
}
