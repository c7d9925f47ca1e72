public import RPC
public import Tenancy
public import Wire

/// A service that the gateway stands before: what it offers, and how to reach it.
public struct Backend: Sendable {
    /// The service, for which contexts are signed.
    public let service: ServiceName
    /// The contracts that it serves.
    public let contracts: [ServiceSchema]
    /// The files that declare them, for reflection, and all that those import but google's and
    /// ours.
    public let files: [FileSchema]
    /// Leads to it.
    public let channel: any RPCChannel
    /// Whether it shows its tenants' jobs, by `sextant.jobs.v1.Jobs`, to the gateway alone.
    public let hasJobs: Bool

    /// A service.
    ///
    /// - Parameters:
    ///   - service: which one.
    ///   - contracts: what it serves.
    ///   - files: the files that declare the contracts.
    ///   - channel: leads to it.
    ///   - hasJobs: whether it serves `sextant.jobs.v1.Jobs`.
    public init(
        _ service: ServiceName,
        _ contracts: [ServiceSchema],
        files: [FileSchema],
        channel: any RPCChannel,
        hasJobs: Bool = false
    ) {
        self.service = service
        self.contracts = contracts
        self.files = files
        self.channel = channel
        self.hasJobs = hasJobs
    }
}
