extension Posterior {
    /// The chains at their end, in the form in which they are saved on the way.
    ///
    /// - Parameter identity: that of the density, as ``Density/identity`` gave it.
    /// - Returns: each chain, in order.
    public func saved(of identity: String) -> [SavedChain] {
        chains.map { SavedChain($0, configuration, of: identity, attempt: attempt) }
    }
}
