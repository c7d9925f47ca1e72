extension MediaMixModel {
    /// The names of the parameters that are sampled, in the order of positions: each number of a
    /// position belongs to one, whatever it is measured in.
    public var sampledNames: [String] {
        layout.parameters.filter { $0.prior.distribution != nil }.map(\.name)
    }
}
