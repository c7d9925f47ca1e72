internal import Contracts
internal import Messages
internal import Net
internal import RPC
internal import Wire

/// A call of a tenant through the gateway, which shows that all of it works together.
struct FirstCall {
    private let folder: DataFolder
    private let installation: Installation

    init(_ folder: DataFolder, _ installation: Installation) {
        self.folder = folder
        self.installation = installation
    }

    /// How long a new tenant may take to be known everywhere, five seconds, and then some.
    private static let limit = Duration.seconds(30)
    private static let pause = Duration.milliseconds(50)

    /// Calls until the call is answered: a tenant that was just made is known within seconds.
    ///
    /// - Parameter key: the tenant's.
    /// - Throws: ``CommandFailure`` with what the gateway says last.
    func awaitAnswer(_ key: String) async throws {
        let loop = try EventLoop()
        defer { loop.stop() }
        let failure = await ask(key, on: loop)
        if let failure {
            throw CommandFailure(
                what: "a call with the new key is not answered",
                cause: failure,
                log: folder.services.lastLines(5),
                next: "sextant logs gateway --data \(folder.path)"
            )
        }
    }

    /// What the gateway says last if it does not answer; nil if it does.
    private func ask(_ key: String, on loop: EventLoop) async -> String? {
        await withTaskExecutorPreference(loop) {
            guard await loop.arrive() else { return "the command has no threads" }
            let end = ContinuousClock.now.advanced(by: Self.limit)
            do {
                let connection = try await RPCConnection.connect(
                    to: [.loopback(port: installation.gatewayPort)],
                    on: loop,
                    authority: "localhost"
                )
                var failure: RPCError?
                repeat {
                    failure = await call(key, on: connection)
                    if failure != nil { try await loop.sleep(for: Self.pause) }
                } while failure != nil && ContinuousClock.now < end
                await connection.close()
                return failure.map { "\($0.code.name): \($0.message)" }
            } catch {
                return "\(error)"
            }
        }
    }

    private func call(_ key: String, on connection: RPCConnection) async -> RPCError? {
        do {
            var options = CallOptions(timeout: .seconds(5))
            try options.metadata.add("authorization", "Bearer \(key)")
            // Each service looks for new tenants by itself; an overview asks those that have data.
            let overview = try await ControlV1.Overviews.Client(connection)
                .getOverview(.init(), options: options).message.value()
            return overview.failedParts.first.map {
                RPCError(.unavailable, "\($0.name): \($0.message)")
            }
        } catch let error as RPCError {
            return error
        } catch {
            return RPCError(.internalError, "\(error)")
        }
    }
}
