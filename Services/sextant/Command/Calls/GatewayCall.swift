internal import Contracts
internal import Messages
internal import Net
internal import RPC
internal import Wire

/// Calls of the gateway in a tenant's name, by its key.
struct GatewayCall {
    private let context: CommandContext

    /// How long a call may take that says nothing else.
    private static let limit = Duration.seconds(60)

    init(_ context: CommandContext) { self.context = context }

    /// The options that commands have which make such calls.
    static let options = [
        Option(
            name: "--at",
            value: "ADDRESS",
            meaning: "The gateway, as 127.0.0.1:50051; by default the installation's."
        ),
        Option(name: "--key", value: "KEY", meaning: "The API key; by default the demo tenant's."),
    ]

    /// Connects, and runs a closure with the connection.
    ///
    /// - Parameter body: makes calls; each with options of ``options(within:)``.
    /// - Returns: what it returns.
    /// - Throws: ``CommandFailure`` with the status that the gateway gave.
    @discardableResult
    func with<Value: Sendable>(
        _ body: (RPCConnection, EventLoop) async throws -> Value
    ) async throws -> Value {
        let group = try EventLoopGroup(count: 1)
        defer { group.stop() }
        let loop = group.next()
        do {
            let connection = try await RPCConnection.connect(
                to: [try address()],
                on: loop,
                authority: "localhost"
            )
            let value = try await body(connection, loop)
            await connection.close()
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
    /// - Parameter limit: how long it may take; nil for as long as it does.
    /// - Returns: the options.
    /// - Throws: ``CommandFailure`` if there is no key.
    func options(within limit: Duration? = limit) throws -> CallOptions {
        var options = limit.map { CallOptions(timeout: $0) } ?? CallOptions()
        let given = context.arguments.value("--key")
        guard let key = try given ?? InstallationKeys(context.folder).demoKey() else {
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
    func end(
        of name: String,
        _ connection: RPCConnection
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
        throw CommandFailure(what: "nobody tells how \(name) ended")
    }

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
