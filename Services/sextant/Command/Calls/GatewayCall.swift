internal import Net
internal import RPC

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
            throw CommandFailure(
                what: "\(error.code.name): \(error.message)",
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
