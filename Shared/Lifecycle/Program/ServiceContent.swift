public import RPC
public import Wire

/// What a service of ours consists of, beside what all have.
public struct ServiceContent: Sendable {
    /// What it serves.
    public var contracts: [ServedContract]
    /// What must work before it can serve, as a pool of connections: started in this order, stopped
    /// in the other.
    public var components: [ServiceComponent]
    /// What each call must pass before anything of it is read.
    public var guards: [any ServerGuard] = []
    /// What runs around each call.
    public var interceptors: [any ServerInterceptor] = []
    /// What the service's own errors mean to callers; nil for what it does not know.
    public var errorMapping: @Sendable (any Error) -> RPCError? = { _ in nil }
    /// Changes how calls are taken, as a gateway does that takes other protocols too; by default
    /// not at all.
    package var configure: @Sendable (inout RPCServerConfiguration) -> Void = { _ in }
    /// Ends calls that would go on for ever, as those of watches: calls are drained from now on.
    public var onDrain: @Sendable () -> Void = {}

    /// What serves contracts by means of components.
    ///
    /// - Parameters:
    ///   - contracts: what is served.
    ///   - components: what must work before.
    public init(_ contracts: ServedContract..., components: [ServiceComponent] = []) {
        self.init(contracts, components: components)
    }

    /// What serves contracts by means of components; see ``init(_:components:)``.
    public init(_ contracts: [ServedContract], components: [ServiceComponent] = []) {
        self.contracts = contracts
        self.components = components
    }
}

/// A contract and what serves it.
public struct ServedContract: Sendable {
    package let schema: ServiceSchema
    package let methods: [RPCMethod]
    package let files: [FileSchema]

    /// Joins what the generator has made of a contract.
    ///
    /// - Parameters:
    ///   - schema: the contract's table.
    ///   - methods: what serves it.
    ///   - files: the files that declare it, and all that those import but google's and ours.
    public init(_ schema: ServiceSchema, _ methods: [RPCMethod], files: [FileSchema]) {
        self.schema = schema
        self.methods = methods
        self.files = files
    }
}
