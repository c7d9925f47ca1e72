import Foundation
import Messages
import Net
import RPC
import TestContracts
import TestKit
import TestMessages
import Testing
import Wire

@Suite("The stop of a program", .timeLimit(.minutes(5)))
struct StopTests {
    @Test("loses no call of grpcio's clients under load")
    func load() async throws {
        let servers = [try ServerProcess.example(), try ServerProcess.example()]
        let load = try PeerProcess(
            "load.py",
            try await servers[0].address(),
            try await servers[1].address(),
            "4000"
        )
        try await load.prints("busy")
        #expect(try await servers[0].stop() == 0)
        #expect(try await load.output() == "busy\n[('OK', 4000)]\n")
        #expect(try await servers[1].stop() == 0)
        // Both have served, the first one calls that it was asked before it stopped.
        for server in servers {
            let served = server.records.filter { $0["msg"] == "call served" }
            #expect(served.count > 100 && served.allSatisfy { $0["code"] == "OK" })
        }
    }

    @Test("loses no call of ours under load")
    func ownLoad() async throws {
        let servers = [try ServerProcess.example(), try ServerProcess.example()]
        var addresses: [SocketAddress] = []
        for server in servers { addresses.append(try SocketAddress(try await server.address())) }
        let group = try EventLoopGroup(count: 1)
        let client = RPCClient(
            RPCTarget(addresses: addresses, authority: "example.test"),
            group: group
        )
        let example = TestingV1.Example.Client(client)
        var request = TestingV1.SleepRequest()
        var pause = GoogleProtobuf.Duration()
        pause.nanos = 2_000_000
        request.duration = pause
        let done = Locked(0)
        try await withThrowingTaskGroup(of: Void.self) { [request] tasks in
            for _ in 0..<16 {
                tasks.addTask {
                    for _ in 0..<250 {
                        _ = try await example.sleep(request, options: .init(timeout: .seconds(60)))
                        let count = done.withLock { done in
                            done += 1
                            return done
                        }
                        if count == 400 { servers[0].send(SIGTERM) }
                    }
                }
            }
            try await tasks.waitForAll()
        }
        #expect(done.withLock { $0 } == 4_000)
        await client.close()
        group.stop()
        #expect(try await servers[0].ending().status == 0)
        #expect(try await servers[1].stop() == 0)
        #expect(servers[0].records.contains { $0["msg"] == "call served" })
    }

    @Test("goes in order: not ready, calls still taken, watches told and ended, then the end")
    func order() async throws {
        // Time for what is asked meanwhile, a hundred times what it takes.
        let server = try ServerProcess.example(["SEXTANT_ENDPOINT_DELAY": "12s"])
        let (address, probes) = (try await server.address(), try await server.metricsAddress())
        let group = try EventLoopGroup(count: 1)
        let connection = try await RPCConnection.connect(
            to: [try SocketAddress(address)],
            on: group.next(),
            authority: "example.test"
        )
        let health = try await GrpcHealthV1.Health.Client(connection).watch(.init())
        // It tells of its health from when it listens on, a moment before it is ready.
        var status = try await health.next()?.value().status
        if status == .notServing { status = try await health.next()?.value().status }
        #expect(status == .serving)
        let example = TestingV1.Example.Client(connection)
        let items = try await example.watchItems(.init())
        #expect(try await items.next()?.value().kind == .begun)
        server.send(SIGTERM)
        #expect(try await health.next()?.value().status == .notServing)
        let ready = try await OutsideProgram.run(
            "curl",
            "--silent",
            "--write-out",
            " %{http_code}",
            "http://\(probes)/readyz"
        )
        #expect(ready.text.contains(#""draining":true"#) && ready.text.hasSuffix(" 503"))
        #expect(try await example.relay(.init()).message.value().instances.count == 1)
        // The health of a server that is gone is for those to tell who are left.
        #expect(try await health.next() == nil)
        do {
            _ = try await items.next()
            Issue.record("the watch goes on")
        } catch let error as RPCError {
            #expect(error.code == .unavailable && error.message.contains("watch again"))
        }
        await connection.close()
        group.stop()
        #expect(try await server.ending().status == 0)
        let messages = server.records.compactMap { $0["msg"] }
        let order = ["started", "stopping", "calls are taken for a while", "stopped"]
        #expect(messages.filter(order.contains) == order)
    }

    @Test("cuts off calls that outlast its time, and comes to its end all the same")
    func overrun() async throws {
        let server = try ServerProcess.example(["SEXTANT_STOP_LIMIT": "12s"])
        let address = try await server.address()
        async let lines = GRPCCalls.run(
            address,
            [.init("Sleep", #"{"duration":"3600s"}"#, seconds: 600)]
        )
        while try await Self.inFlight(server) == 0 { try Task.checkCancellation() }
        server.send(SIGTERM)
        #expect(try await server.ending().status == 0)
        #expect(try await lines.map { $0.prefix(11) } == ["UNAVAILABLE"])
        let record = try await server.record("call served") {
            $0["route"]?.hasSuffix("Sleep") == true
        }
        #expect(record["code"] == "CANCELLED")
    }

    /// How many calls sleep.
    private static func inFlight(_ server: ServerProcess) async throws -> Int {
        let text = try await OutsideProgram.run(
            "curl",
            "--silent",
            "http://\(try await server.metricsAddress())/metrics"
        ).text
        let line = text.split(separator: "\n").first {
            $0.hasPrefix("grpc_server_calls_in_flight{") && $0.contains(#"method="Sleep""#)
        }
        return line?.split(separator: " ").last.flatMap { Int($0) } ?? 0
    }
}
