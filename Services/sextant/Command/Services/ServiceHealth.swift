internal import Glibc
internal import Messages
internal import Net
internal import Platform
internal import RPC
internal import Wire

/// Asks the services of an installation how they are, by gRPC's health.
struct ServiceHealth {
    private let folder: DataFolder

    /// The services that there are.
    static let services = ServiceGraph.all

    private let installation: Installation

    init(_ folder: DataFolder, _ installation: Installation) {
        self.folder = folder
        self.installation = installation
    }

    /// Where a service takes calls.
    private func address(of service: String) -> SocketAddress {
        service == ServiceGraph.gateway
            ? .loopback(port: installation.gatewayPort) : .unix(path: folder.socket(of: service))
    }

    /// How long the start may take until all serve.
    private static let limit = Duration.seconds(60)

    /// Waits until all services say that they serve.
    ///
    /// - Throws: ``CommandFailure`` that names those that do not.
    func awaitServing() async throws {
        let late = try await ask(within: Self.limit) { client, options in
            let watch = try await client.watch(.init(), options: options)
            defer { watch.call.cancel() }
            while let status = try await watch.next()?.value().status {
                if status == .serving { return true }
            }
            return false
        }
        .filter { !$0.value }.keys.sorted()
        guard late.isEmpty else {
            throw CommandFailure(
                what: "not serving after \(Self.limit): \(late.joined(separator: ", "))",
                log: folder.services.lastLines(),
                next: "sextant logs \(late[0]) --data \(folder.path)"
            )
        }
    }

    /// Whether each service serves now.
    func serving() async throws -> [String: Bool] {
        try await ask(within: .seconds(2)) { client, options in
            try await client.check(.init(), options: options).message.value().status == .serving
        }
    }

    /// Asks all services at once; one that does not answer counts as not serving.
    private func ask(
        within limit: Duration,
        _ question:
            @escaping @Sendable (GrpcHealthV1.Health.Client, CallOptions) async throws -> Bool
    ) async throws -> [String: Bool] {
        let group = try EventLoopGroup(count: 1)
        defer { group.stop() }
        let deadline = ContinuousClock.now.advanced(by: limit)
        return await withTaskGroup(of: (String, Bool).self) { tasks in
            for service in Self.services {
                let address = address(of: service)
                tasks.addTask {
                    var options = CallOptions()
                    options.deadline = deadline
                    do {
                        let connection = try await RPCConnection.connect(
                            to: [address],
                            on: group.next(),
                            authority: "localhost"
                        )
                        let answer = try await question(.init(connection), options)
                        await connection.close()
                        return (service, answer)
                    } catch {
                        return (service, false)
                    }
                }
            }
            return await tasks.reduce(into: [:]) { $0[$1.0] = $1.1 }
        }
    }
}
