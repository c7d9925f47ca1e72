import Foundation
import HTTP2
import TestKit
import Testing
import Wire

@testable import Net

@Suite("A server and a client of HTTP/2", .timeLimit(.minutes(5)))
struct HTTP2ServerTests {
    /// How the two are connected.
    enum Road: CaseIterable {
        case ipv4, ipv6, unix, tls, mutualTLS
    }

    private static func connect(by road: Road) async throws -> (ServerFixture, HTTP2Client) {
        var configuration = HTTP2ServerConfiguration()
        var address = SocketAddress.loopback(port: 0)
        var tls: (context: TLSContext, serverName: String?)?
        switch road {
        case .ipv4: break
        case .ipv6: address = .ipv6(high: 0, low: 1, scope: 0, port: 0)
        case .unix: address = .unix(path: temporarySocketPath())
        case .tls, .mutualTLS:
            let files = try TestCertificates.shared.get()
            let authorities = files.path("ca.pem")
            configuration.tls = try ReloadableTLSContext(
                .server(
                    .init(
                        identity: files.identity("server"),
                        clientAuthentication: road == .tls
                            ? .none : .required(authoritiesFile: authorities)
                    )
                )
            )
            let client = TLSConfiguration.Client(
                trust: .authorities(file: authorities),
                identity: road == .tls ? nil : files.identity("client")
            )
            tls = (try TLSContext(.client(client)), "server.test")
        }
        let fixture = try ServerFixture(at: address, configuration)
        return (fixture, try await fixture.client(tls: tls))
    }

    @Test("exchange bodies of any size over any road", arguments: Road.allCases)
    func roads(road: Road) async throws {
        let (fixture, client) = try await Self.connect(by: road)
        for size in [0, 1, 1_024, 1_025, 65_536, 3_000_000] {
            let body = SharedBytes.pattern(size)
            let answer = try await client.request(ServerFixture.post("/\(size)"), body: body)
            #expect(answer.headers.has(":status", "200"))
            #expect(answer.headers["x-path"] == "/\(size)")
            #expect(answer.body == body)
        }
        await client.close()
        await fixture.stop()
        #expect(fixture.server.connections == 0)
    }

    @Test("serve many requests at once on several connections, each loop its part")
    func many() async throws {
        let fixture = try ServerFixture()
        let answered = try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<8 {
                group.addTask {
                    let client = try await fixture.client()
                    var count = 0
                    for _ in 0..<5 {
                        count += try await Self.requestsAtOnce(20, client, size: number * 1_000)
                    }
                    await client.close()
                    return count
                }
            }
            return try await group.reduce(0, +)
        }
        #expect(answered == 800)
        #expect(fixture.server.requestsByLoop.reduce(0, +) == 800)
        await fixture.stop()
    }

    private static func requestsAtOnce(
        _ count: Int,
        _ client: HTTP2Client,
        size: Int
    ) async throws -> Int {
        try await withThrowingTaskGroup(of: Int.self) { group in
            for number in 0..<count {
                group.addTask {
                    let body = SharedBytes.pattern(size + number)
                    let answer = try await client.request(ServerFixture.post(), body: body)
                    return answer.body == body ? 1 : 0
                }
            }
            return try await group.reduce(0, +)
        }
    }

    @Test("stream both ways, each part answered before the next is sent")
    func streaming() async throws {
        let fixture = try ServerFixture { exchange in
            exchange.respond([":status": "200"])
            while let part = try await exchange.nextPart() { try await exchange.send(part) }
            exchange.finish(trailers: exchange.trailers)
        }
        let client = try await fixture.client()
        let trailers = try await withTaskExecutorPreference(client.loop) {
            let exchange = try client.begin(ServerFixture.post(), endsStream: false)
            _ = try await exchange.response()
            for number in 1...100 {
                let part = SharedBytes.pattern(number * 37)
                try await exchange.send(part)
                var received = 0
                while received < part.count {
                    received += try #require(try await exchange.nextPart()).count
                }
                #expect(received == part.count)
            }
            exchange.finish(trailers: ["x-end": "yes"])
            #expect(try await exchange.nextPart() == nil)
            return exchange.trailers
        }
        #expect(trailers == ["x-end": "yes"])
        await client.close()
        await fixture.stop()
    }

    struct HandlerFailure: Error {}

    @Test("answer for a handler that fails, forgets to answer or to finish")
    func handlers() async throws {
        let fixture = try ServerFixture { exchange in
            switch exchange.request[":path"] {
            case "/throws": throw HandlerFailure()
            case "/nothing": return
            case "/large": _ = try await exchange.body(upTo: 10)
            case "/unfinished": exchange.respond([":status": "201"])
            default:
                exchange.respond([":status": "200"])
                throw HandlerFailure()
            }
        }
        let client = try await fixture.client()
        for (path, status) in [("/throws", "500"), ("/nothing", "500"), ("/unfinished", "201")] {
            let answer = try await client.request(ServerFixture.post(path))
            #expect(answer.headers.has(":status", status), "\(path)")
            #expect(answer.body.count == 0)
        }
        let large = try await client.request(ServerFixture.post("/large"), body: .pattern(300_000))
        #expect(large.headers.has(":status", "413"))
        await #expect(throws: HTTP2ExchangeError.closed(.internalError)) {
            _ = try await client.request(ServerFixture.post("/breaks"))
        }
        await client.close()
        await fixture.stop()
    }

    @Test("answer in order whatever a handler does out of order")
    func disorder() async throws {
        let errors = Journal<String>()
        let fixture = try ServerFixture { exchange in
            switch exchange.request[":path"] {
            case "/finish": exchange.finish()
            case "/early":
                do { try await exchange.send(.pattern(1)) } catch { errors.add("\(error)") }
            case "/late":
                exchange.respond([":status": "200"])
                exchange.finish()
                exchange.finish()
                do { try await exchange.send(.pattern(1)) } catch { errors.add("\(error)") }
            default:
                exchange.respond([":status": "200"])
                exchange.respond([":status": "500"])
            }
        }
        let client = try await fixture.client()
        for (path, status) in [("/finish", "500"), ("/early", "500"), ("/late", "200")] {
            let answer = try await client.request(ServerFixture.post(path))
            #expect(answer.headers.has(":status", status), "\(path)")
        }
        #expect(errors.entries.first == "outOfOrder")
        await #expect(throws: HTTP2ExchangeError.closed(.internalError)) {
            _ = try await client.request(ServerFixture.post("/twice"))
        }
        await client.close()
        await fixture.stop()
    }

    @Test("do not start a handler for a request that was reset at once")
    func resetAtOnce() async throws {
        let started = Journal<String>()
        let fixture = try ServerFixture { exchange in
            started.add(exchange.request[":path"] ?? "")
            exchange.respond([":status": "200"], endsStream: true)
        }
        let peer = try RawConnection(port: fixture.port)
        var bytes = clientGreeting
        for number in 0..<50 {
            let id = UInt32(number * 2 + 1)
            bytes += RawFrame.request(id).bytes + RawFrame.reset(id, .cancel).bytes
        }
        peer.send(bytes)
        let client = try await fixture.client()
        _ = try await client.request(ServerFixture.post("/honest"))
        #expect(started.entries == ["/honest"])
        await client.close()
        await fixture.stop()
    }

    @Test("do not keep a stream whose response was not wanted to its end")
    func unwanted() async throws {
        let fixture = try ServerFixture()
        let client = try await fixture.client()
        let before = await client.availableStreams
        for _ in 0..<5 {
            await #expect(throws: HTTP2ExchangeError.bodyTooLarge(limit: 10)) {
                _ = try await client.request(
                    ServerFixture.post(),
                    body: .pattern(500_000),
                    upTo: 10
                )
            }
        }
        while await client.availableStreams < before { await Task.yield() }
        await client.close()
        await fixture.stop()
    }

    @Test("stop at once when their loops have ended")
    func stoppedLoops() async throws {
        let fixture = try ServerFixture()
        fixture.group.stop()
        await fixture.server.stop(within: .seconds(60))
        await #expect(throws: (any Error).self) {
            _ = try await HTTP2Client.connect(to: [fixture.address], on: fixture.group.next())
        }
        await fixture.stop()
    }

    @Test("cancel the handler of a request that the client gives up")
    func cancellation() async throws {
        let outcomes = Journal<String>()
        let (started, ended) = (Gate(), Gate())
        let fixture = try ServerFixture { exchange in
            started.open()
            do {
                _ = try await exchange.body(upTo: 100)
            } catch {
                outcomes.add("\(error) \(Task.isCancelled)")
            }
            ended.open()
        }
        let client = try await fixture.client()
        try await withTaskExecutorPreference(client.loop) {
            let exchange = try client.begin(ServerFixture.post(), endsStream: false)
            try await exchange.send(SharedBytes([1]))
            await Task.detached { started.pass() }.value
            exchange.reset(.cancel)
        }
        await Task.detached { ended.pass() }.value
        #expect(outcomes.entries == ["closed(CANCEL) true"])
        await client.close()
        await fixture.stop()
    }

    @Test("hold a sender back while the other side does not read")
    func backPressure() async throws {
        let sent = Journal<Int>()
        let fixture = try ServerFixture { exchange in
            exchange.respond([":status": "200"])
            for _ in 0..<1_000 {
                try await exchange.send(.pattern(16_384))
                sent.add(16_384)
            }
        }
        let client = try await fixture.client()
        let total = try await withTaskExecutorPreference(client.loop) {
            let exchange = try client.begin(ServerFixture.post(), endsStream: true)
            _ = try await exchange.response()
            // Others are served while this one's sender waits.
            let gate = Gate()
            _ = try await client.request(ServerFixture.post("/other"), upTo: 20 << 20)
            gate.open()
            // What the window lets through, what waits above it, and the part that is handed in.
            let handedIn = sent.entries.count - 1_000
            #expect(handedIn * 16_384 <= 65_536 + 65_536 + 2 * 16_384)
            var total = 0
            while let part = try await exchange.nextPart() { total += part.count }
            return total
        }
        #expect(total == 1_000 * 16_384)
        await client.close()
        await fixture.stop()
    }

    @Test("stop in good order: what is under way is answered, nothing more is taken")
    func stopping() async throws {
        let (started, go) = (Gate(), Gate())
        let fixture = try ServerFixture { exchange in
            started.open()
            await Task.detached { go.pass() }.value
            exchange.respond([":status": "200"], endsStream: true)
        }
        let client = try await fixture.client()
        async let answer = client.request(ServerFixture.post())
        await Task.detached { started.pass() }.value
        async let stopped: Void = fixture.server.stop(within: .seconds(30))
        while await client.availableStreams > 0 { await Task.yield() }
        await #expect(throws: HTTP2ExchangeError.request(.connectionClosing)) {
            _ = try await client.request(ServerFixture.post())
        }
        await #expect(throws: (any Error).self) { _ = try await fixture.client() }
        go.open()
        #expect(try await answer.headers.has(":status", "200"))
        await stopped
        #expect(fixture.server.connections == 0)
        await fixture.stop()
    }

    @Test("stop after a time even if a handler does not end")
    func stoppingByForce() async throws {
        let started = Gate()
        let fixture = try ServerFixture { exchange in
            started.open()
            _ = try await exchange.body(upTo: 10)
        }
        let client = try await fixture.client()
        let call = Task(executorPreference: client.loop) {
            let exchange = try client.begin(ServerFixture.post(), endsStream: false)
            _ = try await exchange.response()
        }
        await Task.detached { started.pass() }.value
        await fixture.server.stop(within: .milliseconds(50))
        #expect(fixture.server.connections == 0)
        // Nobody can say whether the request was processed.
        await #expect(throws: HTTP2ExchangeError.connectionLost) { try await call.value }
        await fixture.stop()
    }

    @Test("refuse connections beyond the limit with a farewell, and take them again later")
    func connectionLimit() async throws {
        var configuration = HTTP2ServerConfiguration()
        configuration.listener.maximumConnections = 2
        let fixture = try ServerFixture(configuration)
        let (first, second) = (try await fixture.client(), try await fixture.client())
        // The farewell begins with SETTINGS, so that a client may first believe in it.
        await #expect(throws: (any Error).self) {
            let third = try await fixture.client()
            _ = try await third.request(ServerFixture.post())
        }
        #expect(fixture.server.refusals == 1)
        #expect(try await second.request(ServerFixture.post()).headers.has(":status", "200"))
        await first.close()
        while fixture.server.connections > 1 { await Task.yield() }
        let fourth = try await fixture.client()
        #expect(try await fourth.request(ServerFixture.post()).headers.has(":status", "200"))
        await second.close()
        await fourth.close()
        await fixture.stop()
    }

    @Test("tell why a connection had to end")
    func failures() async throws {
        let failures = Journal<HTTP2Failure>()
        let told = Gate()
        var configuration = HTTP2ServerConfiguration()
        configuration.onFailure = {
            #expect($0 != nil)
            failures.add($1)
            told.open()
        }
        let fixture = try ServerFixture(configuration)
        let peer = try RawConnection(port: fixture.port)
        peer.send(Array("GET / HTTP/1.1\r\n\r\n".utf8))
        await Task.detached { told.pass() }.value
        #expect(failures.entries.map(\.code) == [.protocolError])
        await fixture.stop()
    }

    @Test("send a client elsewhere after so many requests")
    func requestLimit() async throws {
        var configuration = HTTP2ServerConfiguration()
        configuration.connection.maximumRequests = 5
        let fixture = try ServerFixture(configuration)
        let client = try await fixture.client()
        var answered = 0
        while await client.availableStreams > 0 {
            answered += try await client.request(ServerFixture.post()).headers.count > 0 ? 1 : 0
        }
        #expect(answered >= 5 && answered < 20)
        await client.close()
        await fixture.stop()
    }

    @Test("say what is wrong when no connection can be made")
    func connectErrors() async throws {
        let fixture = try ServerFixture()
        let nowhere = SocketAddress.unix(path: temporarySocketPath())
        await #expect(throws: ConnectError.self) {
            _ = try await HTTP2Client.connect(to: [nowhere], on: fixture.group.next())
        }
        let files = try TestCertificates.shared.get()
        let context = try TLSContext(
            .client(.init(trust: .authorities(file: files.path("ca.pem"))))
        )
        // The server speaks plain text.
        await #expect(throws: (any Error).self) {
            _ = try await fixture.client(tls: (context, "server.test"))
        }
        await fixture.stop()
    }

    @Test("that do not trust each other's certificates do not talk")
    func distrust() async throws {
        let files = try TestCertificates.shared.get()
        var configuration = HTTP2ServerConfiguration()
        configuration.tls = try ReloadableTLSContext(
            .server(.init(identity: files.identity("server")))
        )
        let fixture = try ServerFixture(configuration)
        let other = try TLSContext(
            .client(.init(trust: .authorities(file: files.path("other-ca.pem"))))
        )
        await #expect(throws: TLSError.self) {
            _ = try await fixture.client(tls: (other, "server.test"))
        }
        let own = try TLSContext(.client(.init(trust: .authorities(file: files.path("ca.pem")))))
        await #expect(throws: TLSError.self) {
            _ = try await fixture.client(tls: (own, "elsewhere.test"))
        }
        let client = try await fixture.client(tls: (own, "server.test"))
        #expect(try await client.request(ServerFixture.post()).headers.has(":status", "200"))
        await client.close()
        await fixture.stop()
    }
}
