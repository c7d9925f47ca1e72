import Glibc
import Net
import Telemetry
import TestKit
import Testing

@testable import Observe

@Suite("The metrics port", .timeLimit(.minutes(5)))
struct AdminServerTests {
    /// A server with a metric, whose address is the text that curl wants.
    private static func start(
        _ configuration: AdminServerConfiguration = AdminServerConfiguration(),
        readiness: AdminReadiness = AdminReadiness()
    ) throws -> (server: AdminServer, url: String, port: UInt16) {
        let registry = MetricRegistry()
        registry.counter("things_total", help: "Things.").increment()
        let server = try AdminServer(configuration, registry: registry) { readiness }
        let port = try #require(server.boundAddress.port)
        return (server, "http://\(server.boundAddress)", port)
    }

    @Test("answers what Prometheus and probes ask")
    func pages() async throws {
        let (server, url, _) = try Self.start()
        let live = try await CurlAnswer.get(url + "/livez")
        #expect(live.status == 200 && live.body == "live\n")
        #expect(live.fields["cache-control"] == "no-store")
        let ready = try await CurlAnswer.get(url + "/readyz?verbose")
        #expect(ready.status == 200)
        #expect(ready.fields["content-type"] == "application/json")
        #expect(ready.body == "{\"ready\":true,\"draining\":false,\"conditions\":[]}\n")
        let metrics = try await CurlAnswer.get(url + "/metrics")
        #expect(metrics.status == 200 && metrics.body.contains("\nthings_total 1\n"))
        #expect(metrics.fields["content-type"] == "text/plain; version=0.0.4; charset=utf-8")
        #expect(metrics.fields["content-length"] == "\(metrics.body.utf8.count)")
        #expect(server.boundAddress.description.hasPrefix("127.0.0.1:"))
        server.stop()
    }

    @Test(
        "refuses other paths and methods",
        arguments: [
            (["/"], 404, nil), (["/livez/"], 404, nil), (["/METRICS"], 404, nil),
            (["--request", "DELETE", "/else"], 404, nil),
            (["--data", "a=1", "/livez"], 405, "GET, HEAD"),
            (["--request", "OPTIONS", "/readyz"], 405, "GET, HEAD"),
            (
                ["--data-binary", String(repeating: "x", count: 100_000), "/metrics"], 405,
                "GET, HEAD"
            ),
        ] as [([String], Int, String?)]
    )
    func refusals(arguments: [String], status: Int, allow: String?) async throws {
        let (server, url, _) = try Self.start()
        let options = arguments.dropLast() + [url + (arguments.last ?? "")]
        let answer = try await CurlAnswer.get(Array(options))
        #expect(answer.status == status && answer.fields["allow"] == allow)
        #expect(answer.fields["cache-control"] == "no-store")
        server.stop()
    }

    @Test("answers HEAD like GET, without the body", arguments: ["/livez", "/readyz", "/metrics"])
    func head(path: String) async throws {
        let (server, url, _) = try Self.start()
        let head = try await CurlAnswer.get("--head", url + path)
        let get = try await CurlAnswer.get(url + path)
        #expect(head.status == 200 && head.body.isEmpty && !get.body.isEmpty)
        for name in ["content-type", "content-length", "cache-control"] {
            #expect(head.fields[name] == get.fields[name])
        }
        server.stop()
    }

    @Test("writes metrics in the form that is asked for")
    func negotiation() async throws {
        let (server, url, _) = try Self.start()
        // As Prometheus 2.42 sends it.
        let scrape = try await CurlAnswer.get(
            "--header",
            "Accept: application/openmetrics-text;version=1.0.0,"
                + "application/openmetrics-text;version=0.0.1;q=0.75,"
                + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
            url + "/metrics"
        )
        #expect(scrape.fields["content-type"] == MetricsFormat.openMetrics.contentType)
        #expect(scrape.body.hasSuffix("# EOF\n"))
        let plain = try await CurlAnswer.get("--header", "Accept: text/plain", url + "/metrics")
        #expect(plain.fields["content-type"] == MetricsFormat.prometheus.contentType)
        // Two headers count like one.
        let both = try await CurlAnswer.get(
            "--header",
            "Accept: text/html",
            "--header",
            "accept: application/openmetrics-text",
            url + "/metrics"
        )
        #expect(both.fields["content-type"] == MetricsFormat.openMetrics.contentType)
        server.stop()
    }

    @Test("says what a service that is not ready lacks")
    func notReady() async throws {
        let readiness = AdminReadiness(
            [.init("schema"), .init("postgres", obstacle: "no \"connection\"\nyet")],
            isDraining: true
        )
        let (server, url, _) = try Self.start(readiness: readiness)
        let answer = try await CurlAnswer.get(url + "/readyz")
        #expect(answer.status == 503)
        #expect(
            answer.body == #"{"ready":false,"draining":true,"conditions":["#
                + #"{"name":"schema","ready":true},{"name":"postgres","ready":false,"#
                + #""reason":"no \"connection\"\nyet"}]}"# + "\n"
        )
        #expect(!AdminReadiness(isDraining: true).isReady)
        #expect(!AdminReadiness([.init("a", obstacle: "")]).isReady)
        server.stop()
    }

    @Test("answers many connections at once, more than may be open")
    func manyConnections() async throws {
        var configuration = AdminServerConfiguration()
        configuration.maximumConnections = 8
        let (server, url, _) = try Self.start(configuration)
        let output = try await OutsideProgram.run(
            "curl",
            "--silent",
            "--parallel",
            "--parallel-max",
            "50",
            "--no-keepalive",
            "--header",
            "Connection: close",
            "--output",
            "/dev/null",
            "--write-out",
            "%{http_code}\n",
            url + "/metrics?n=[1-300]"
        )
        let codes = output.text.split(separator: "\n")
        #expect(output.status == 0 && codes.count == 300 && codes.allSatisfy { $0 == "200" })
        server.stop()
    }

    @Test("lets nobody wait for one who is slow, and closes what stands still")
    func slowClients() async throws {
        var configuration = AdminServerConfiguration()
        configuration.maximumConnections = 16
        configuration.idleSeconds = 1
        let (server, url, port) = try Self.start(configuration)
        let slow = try (0..<15).map { _ in
            let client = try RawClient(port: port)
            client.send("GET /metrics HTTP/1.1\r\nHo")
            return client
        }
        #expect(try await CurlAnswer.get(url + "/livez").status == 200)
        for client in slow { #expect(await client.readToEnd() == "") }
        server.stop()
    }

    @Test("bounds the fields of a request")
    func largeFields() async throws {
        let (server, url, _) = try Self.start()
        let field = "X-Large: " + String(repeating: "x", count: 60_000)
        let large = try await CurlAnswer.get("--header", field, url + "/livez")
        #expect(large.status == 431)
        let long = try await CurlAnswer.get(url + "/" + String(repeating: "x", count: 60_000))
        #expect(long.status == 414)
        #expect(try await CurlAnswer.get(url + "/livez").status == 200)
        server.stop()
    }

    @Test("stops while clients are connected, and gives the port back")
    func stop() async throws {
        let (server, url, port) = try Self.start()
        let idle = try RawClient(port: port)
        let slow = try RawClient(port: port)
        slow.send("POST /livez HTTP/1.1\r\nContent-Le")
        let kept = try RawClient(port: port)
        kept.send("GET /livez HTTP/1.1\r\nHost: a\r\n\r\n")
        #expect(try await CurlAnswer.get(url + "/livez").status == 200)
        server.stop()
        server.stop()
        #expect(await idle.readToEnd() == "")
        #expect(await slow.readToEnd() == "")
        #expect(await kept.readToEnd().hasSuffix("\r\n\r\nlive\n"))
        #expect(throws: SystemError("connect", code: ECONNREFUSED)) {
            _ = try RawClient(port: port)
        }
        // The port may be taken at once, and a server that is let go of stops.
        _ = try Self.start(AdminServerConfiguration(address: .loopback(port: port)))
        _ = try Self.start(AdminServerConfiguration(address: .loopback(port: port)))
    }

    @Test("says where it cannot listen, and why")
    func taken() async throws {
        let (server, _, port) = try Self.start()
        let address = SocketAddress.loopback(port: port)
        let error = #expect(throws: AdminServerError.self) {
            _ = try Self.start(AdminServerConfiguration(address: address))
        }
        #expect(error?.address == address && error?.reason.code == EADDRINUSE)
        #expect(
            error?.description == "the metrics port cannot listen at 127.0.0.1:\(port): "
                + "bind: Address already in use"
        )
        server.stop()
    }

    @Test("listens on a Unix socket, and removes its file")
    func unixSocket() async throws {
        let path = "/tmp/observe-\(getpid())-\(UInt32.random(in: 0...UInt32.max)).socket"
        let address = SocketAddress.unix(path: path)
        let server = try AdminServer(
            AdminServerConfiguration(address: address),
            registry: MetricRegistry()
        ) { AdminReadiness() }
        let answer = try await CurlAnswer.get("--unix-socket", path, "http://local/livez")
        #expect(answer.status == 200 && server.boundAddress == address)
        server.stop()
        // It looks at no more than the text.
        #expect(unsafe access(path, F_OK) != 0)
    }
}
