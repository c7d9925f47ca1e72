public import Jobs
public import RPC
public import Schema
public import Tenancy
public import Wire

/// What a service offers to tenants: by listing it, the service joins the tests of isolation.
public struct TenantAPI: Sendable, CustomStringConvertible {
    /// Whose login it has, and to whom callers sign.
    public let service: ServiceName
    /// Its migrations, after those of services whose tables it reads.
    public let migrations: [MigrationSet]
    /// Its contracts.
    public let contracts: [ServiceSchema]
    /// What serves them, and does the jobs.
    public let content: @Sendable (TenantDatabase, JobQueue) -> Content
    /// What a tenant's schedule makes, with the tenant's word in every text; none if the service
    /// has no jobs.
    public let steps: @Sendable (TenantWords) -> [Schedule.Step]
    /// Columns of text that no call can put the tenant's word into, though they are filled.
    public let narrow: Set<String>
    /// What the service's own errors mean.
    public let status: @Sendable (any Error) -> RPCError?
    /// A call of each method that is not for everyone, and of any others.
    public let calls: [TenantCall]

    /// An API.
    ///
    /// - Parameters:
    ///   - service: one of ``Schema/ClusterRoles/services``.
    ///   - migrations: its migrations, after those of services whose tables it reads.
    ///   - contracts: all its contracts that act for tenants.
    ///   - status: what its own errors mean.
    ///   - calls: calls of the contracts' methods, those that fill tables first.
    ///   - steps: what a tenant's schedule makes.
    ///   - narrow: columns of text that no call can put the tenant's word into.
    ///   - content: what serves the contracts and does the jobs, once.
    public init(
        _ service: ServiceName,
        migrations: [MigrationSet],
        contracts: [ServiceSchema],
        status: @escaping @Sendable (any Error) -> RPCError?,
        calls: [TenantCall],
        steps: @escaping @Sendable (TenantWords) -> [Schedule.Step] = { _ in [] },
        narrow: Set<String> = [],
        content: @escaping @Sendable (TenantDatabase, JobQueue) -> Content
    ) {
        self.service = service
        self.migrations = migrations
        self.contracts = contracts
        self.status = status
        self.calls = calls
        self.steps = steps
        self.narrow = narrow
        self.content = content
    }

    /// What a service is made of.
    public struct Content: Sendable {
        /// What it serves.
        public let methods: [RPCMethod]
        /// How its jobs are done.
        public let handlers: [JobHandler]

        /// A service.
        ///
        /// - Parameters:
        ///   - methods: what it serves.
        ///   - handlers: how its jobs are done.
        public init(_ methods: [RPCMethod], doing handlers: [JobHandler] = []) {
            self.methods = methods
            self.handlers = handlers
        }
    }

    /// The areas of its migrations.
    public var description: String { migrations.map(\.area).joined(separator: ", ") }

    /// The methods that act for a tenant.
    public var guardedMethods: [MethodSchema] {
        contracts.flatMap(\.methods).filter { method in
            if case .scopes = method.access { true } else { false }
        }
    }

    /// All scopes that its methods ask for.
    var scopes: [Scope] {
        let texts = guardedMethods.flatMap { method -> [String] in
            if case .scopes(let texts) = method.access { texts } else { [] }
        }
        return Set(texts).compactMap { text in Scope(text) }
    }
}

/// A call of a method, as any tenant makes it.
public struct TenantCall: Sendable {
    /// The method.
    public let method: MethodSchema
    private let body: @Sendable (any RPCChannel, TenantWords) async throws -> [SharedBytes]

    /// A call.
    ///
    /// - Parameters:
    ///   - method: the method.
    ///   - body: makes the call, with the tenant's word in every text, and returns all messages
    ///     that came.
    public init(
        _ method: MethodSchema,
        _ body: @escaping @Sendable (any RPCChannel, TenantWords) async throws -> [SharedBytes]
    ) {
        self.method = method
        self.body = body
    }

    /// A call that sends one message and gets one.
    ///
    /// - Parameters:
    ///   - method: the method.
    ///   - answering: what comes back.
    ///   - request: makes the message.
    /// - Returns: the call.
    public static func unary<Request: MessageValue, View: MessageView & ~Escapable>(
        _ method: MethodSchema,
        answering: View.Type,
        _ request: @escaping @Sendable (TenantWords) -> Request
    ) -> TenantCall {
        TenantCall(method) { channel, words in
            let answer: Answer<View> = try await channel.unary(
                method,
                request(words),
                options: CallOptions()
            )
            let fields = answer.headers.text + answer.trailers.text
            return [answer.message.canonicalBytes(), SharedBytes(Array(fields.utf8))]
        }
    }

    /// Makes the call.
    ///
    /// - Parameters:
    ///   - channel: leads to the service.
    ///   - words: what is said in it.
    /// - Returns: all that the caller is told, its error among it.
    public func told(on channel: any RPCChannel, _ words: TenantWords) async -> [String] {
        do {
            return try await body(channel, words).map { bytes in
                String(decoding: Array(copying: bytes.bytes), as: UTF8.self)
            }
        } catch let error as RPCError {
            let details = error.details.map { Array(copying: $0.bytes) } ?? []
            return [
                "\(error)", error.trailers.text, String(decoding: details, as: UTF8.self),
            ]
        } catch {
            return ["\(error)"]
        }
    }

    /// Makes a call that is to be refused.
    ///
    /// - Parameters:
    ///   - channel: leads to the service.
    ///   - words: what is said in it.
    /// - Returns: the error; nil if it went well.
    public func failure(on channel: any RPCChannel, _ words: TenantWords) async -> RPCError? {
        do {
            _ = try await body(channel, words)
            return nil
        } catch {
            return error as? RPCError
        }
    }
}

/// What a tenant says in its calls.
public struct TenantWords: Sendable {
    /// Its own word.
    public let canary: String
    /// How often it has made all calls before.
    public let round: Int

    /// Words.
    public init(_ canary: Canary, round: Int) {
        self.canary = canary.text
        self.round = round
    }
}

extension Metadata {
    /// All fields, a line each.
    fileprivate var text: String {
        names.map { "\($0): \(values($0)) \(bytes($0))\n" }.joined()
    }
}
