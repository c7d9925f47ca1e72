internal import Contracts
internal import Messages
internal import Net
internal import RPC
internal import Wire

/// Calls of the gateway in a tenant's name, by its key.
struct GatewayCall {
    let context: CommandContext
    /// Whether calls are made again, where that does no harm, until what is away has come back.
    let isPatient: Bool
    /// Whether the gateway has been reached by these calls before.
    private let wasThere = Locked(false)

    /// How long a call may take that says nothing else.
    private static let limit = Duration.seconds(60)

    init(_ context: CommandContext, isPatient: Bool = false) {
        (self.context, self.isPatient) = (context, isPatient)
    }

    /// The options that commands have which make such calls.
    static let options = [
        Option(
            name: "--at",
            value: "ADDRESS",
            meaning: "The gateway, as 127.0.0.1:50051; by default the installation's."
        ),
        Option(
            name: "--key",
            value: "KEY",
            meaning: "The API key; SEXTANT_KEY, else the demo tenant's."
        ),
    ]

    /// Connects, and runs a closure with what makes calls.
    ///
    /// - Parameter body: makes calls; each with options of ``options(within:)``.
    /// - Returns: what it returns.
    /// - Throws: ``CommandFailure`` with the status that the gateway gave.
    @discardableResult
    func with<Value: Sendable>(
        _ body: (RPCClient, EventLoop) async throws -> Value
    ) async throws -> Value {
        let group = try EventLoopGroup(count: 1)
        defer { group.stop() }
        let loop = group.next()
        do {
            let place = try address()
            let target = RPCTarget(addresses: [place], authority: "localhost")
            if !isPatient || !wasThere.withLock({ $0 }) {
                // Where nobody listens at first, nobody is waited for.
                let first = try await RPCConnection.connect(
                    to: [place],
                    on: loop,
                    authority: "localhost"
                )
                await first.close()
                wasThere.withLock { $0 = true }
            }
            let client = RPCClient(target, group: group, configuration: configuration)
            let value = try await body(client, loop)
            await client.close()
            return value
        } catch let error as RPCError {
            // What is said of all names the first of them.
            let others = error.explanation.violations.dropFirst()
            throw CommandFailure(
                what: "\(error.code.name): \(error.message)",
                log: others.map { "\($0.field): \($0.description)" },
                next: error.code == .unavailable
                    ? "sextant status --data \(context.folder.path)" : nil
            )
        }
    }

    /// Options of a call, with the key.
    ///
    /// - Parameters:
    ///   - limit: how long it may take; nil for as long as it does.
    ///   - attempt: what the attempt is called, so that calls that are made again create nothing
    ///     more; empty for none.
    /// - Returns: the options.
    /// - Throws: ``CommandFailure`` if there is no key.
    func options(
        within limit: Duration? = limit,
        attempt: String = ""
    ) throws -> CallOptions {
        var options = limit.map { CallOptions(timeout: $0) } ?? CallOptions()
        if !attempt.isEmpty { try options.metadata.add("idempotency-key", attempt) }
        guard let key = try givenKey ?? InstallationKeys(context.folder).demoKey() else {
            throw CommandFailure.usage("expected --key: there is no demo tenant's")
        }
        try options.metadata.add("authorization", "Bearer \(key)")
        return options
    }

    /// Waits for the end of an operation, and tells how far it is.
    ///
    /// - Parameters:
    ///   - name: of the operation.
    ///   - connection: to the gateway.
    /// - Returns: the operation, which is done.
    /// - Throws: ``CommandFailure`` if it failed, or is not told of to its end.
    func end(of name: String, _ connection: RPCClient) async throws -> OperationsV1.Operation {
        try await surely(isWatch: true) { try await watched(name, connection) }
    }

    private func watched(
        _ name: String,
        _ connection: RPCClient
    ) async throws -> OperationsV1.Operation {
        var request = OperationsV1.WatchOperationRequest()
        request.name = name
        let call = try await OperationsV1.Operations.Client(connection)
            .watchOperation(request, options: try options(within: nil))
        while let told = try await call.next() {
            switch told.value().event {
            case .progress(let operation), .state(let operation):
                let stage = operation.metadata?.stage ?? ""
                if !stage.isEmpty { context.terminal.note(stage) }
            case .done(let operation):
                if case .error(let error) = operation.result {
                    throw CommandFailure(what: "\(name) failed", cause: error.message)
                }
                return operation
            default: continue
            }
        }
        throw RPCError(.unavailable, "nobody tells how \(name) ended")
    }

    /// The key that someone has chosen; nil where it is the demo tenant's.
    var givenKey: String? {
        context.arguments.value("--key") ?? Environment.value(Self.keyVariable)
    }

    /// The variable with a key, as `sextant status` tells it.
    static let keyVariable = "SEXTANT_KEY"

    private func address() throws -> SocketAddress {
        if let text = context.arguments.value("--at") {
            do throws(SocketAddressError) {
                return try SocketAddress(text)
            } catch {
                throw CommandFailure.usage("--at is \(text): \(error)")
            }
        }
        guard let installation = try Installation.load(context.folder) else {
            throw CommandFailure(
                what: "there is no installation in \(context.folder.path)",
                next: "sextant up --data \(context.folder.path)"
            )
        }
        return .loopback(port: installation.gatewayPort)
    }
}

extension OperationsV1.Operation {
    /// What came of it, for people.
    var outcome: String {
        guard case .response(let response) = result, let json = try? response.json() else {
            return "done"
        }
        // What is nought is left out.
        if response.fields.isEmpty { return "done: nothing was to be changed" }
        return String(decoding: Array(copying: json.bytes), as: UTF8.self)
    }
}
