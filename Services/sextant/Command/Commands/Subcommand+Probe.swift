internal import Messages
internal import Net
internal import RPC
internal import Wire

extension Subcommand {
    static let probe = Subcommand(
        name: "probe",
        words: "ADDRESS",
        wordCount: 1...1,
        summary: "Asks a service whether it serves, by gRPC's health; exits with 1 if it does not.",
        details: "ADDRESS is as 127.0.0.1:50051 or unix:path. It is what images check health by."
    ) { context in
        let address: SocketAddress
        do throws(SocketAddressError) {
            address = try SocketAddress(context.word(0) ?? "")
        } catch {
            throw CommandFailure.usage("\(error)")
        }
        let group = try EventLoopGroup(count: 1)
        defer { group.stop() }
        let status: GrpcHealthV1.HealthCheckResponse.ServingStatus
        do {
            let connection = try await RPCConnection.connect(
                to: [address],
                on: group.next(),
                authority: "localhost"
            )
            let health = GrpcHealthV1.Health.Client(connection)
            let options = CallOptions(timeout: .seconds(5))
            status = try await health.check(.init(), options: options).message.value().status
            await connection.close()
        } catch {
            throw CommandFailure(what: "\(address) cannot be asked", cause: "\(error)")
        }
        context.terminal.print(status.name ?? "\(status.rawValue)")
        guard status == .serving else { throw CommandFailure(what: "\(address) does not serve") }
    }
}
