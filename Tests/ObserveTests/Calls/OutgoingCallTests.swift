import Foundation
import Messages
import Net
import RPC
import Telemetry
import TestContracts
import TestMessages
import Testing
import Wire

@testable import Observe

@Suite("Calls that are made", .timeLimit(.minutes(5)))
struct OutgoingCallTests {
    private static let route = "/grpc.health.v1.Health/Check"
    private static let labels = #"service="grpc.health.v1.Health",method="Check""#

    /// Two servers, of which the near one asks the far one for what it is asked itself.
    private final class Hops: Sendable {
        let far: ObservedServer
        let near: ObservedServer
        let between: RPCClient

        init(_ service: HopService = HopService()) throws {
            far = try ObservedServer(GrpcHealthV1.Health.methods(of: service), name: "far")
            let group = try EventLoopGroup(count: 1)
            clients = group
            between = RPCClient(
                RPCTarget(addresses: [far.server.boundAddress], authority: "far.test"),
                group: group
            )
            let asking = HopService(next: between)
            near = try ObservedServer(GrpcHealthV1.Health.methods(of: asking), name: "near")
        }

        private let clients: EventLoopGroup

        /// Has the near server asked, and gives what comes back.
        func ask(
            _ name: String = "",
            _ options: CallOptions = CallOptions()
        ) async throws -> Answer<GrpcHealthV1.HealthCheckResponse.View> {
            let connection = try await near.connect()
            let client = GrpcHealthV1.Health.Client(connection)
            do {
                let answer = try await client.check(.init(naming: name), options: options)
                await connection.close()
                return answer
            } catch {
                await connection.close()
                throw error
            }
        }

        func stop() async {
            await near.stop()
            await between.close()
            await far.stop()
            clients.stop()
        }

        /// The span that a server told of a kind.
        static func span(
            _ kind: FinishedSpan.Kind,
            of server: ObservedServer
        ) throws -> FinishedSpan {
            try #require(server.spans.all.first { $0.kind == kind })
        }
    }

    @Test("have spans of their own, between that of the call they are for and the one they cause")
    func spans() async throws {
        let hops = try Hops()
        _ = try await hops.ask()
        await hops.stop()
        let above = try Hops.span(.server, of: hops.near)
        let call = try Hops.span(.client, of: hops.near)
        let below = try Hops.span(.server, of: hops.far)
        #expect(call.parent == above.context.spanID && below.parent == call.context.spanID)
        #expect(!call.isParentRemote && below.isParentRemote)
        #expect(Set([above, call, below].map(\.context.traceID)).count == 1)
        #expect(Set([above, call, below].map(\.context.spanID)).count == 3)
        #expect(call.name == "grpc.health.v1.Health/Check" && call.events.isEmpty)
        #expect(
            call.attributes == [
                .init("rpc.system", .string("grpc")),
                .init("rpc.service", .string("grpc.health.v1.Health")),
                .init("rpc.method", .string("Check")),
                .init("rpc.grpc.status_code", .integer(0)),
            ]
        )
        #expect(call.status == .unset && hops.near.spans.all.count == 2)
    }

    @Test(
        "have errors for spans, whoever is at fault, and are counted by their codes",
        arguments: [("missing", "NOT_FOUND", 5), ("broken", "INTERNAL", 13)]
    )
    func failures(name: String, code: String, number: Int64) async throws {
        // Asked of the far server by its name, the near one only passes it on.
        let far = try ObservedServer(GrpcHealthV1.Health.methods(of: HopService()), name: "far")
        let connection = try await far.connect()
        let telemetry = Self.telemetry()
        var options = CallOptions()
        telemetry.calls.watch(&options)
        await #expect(throws: RPCError.self) {
            _ = try await GrpcHealthV1.Health.Client(connection)
                .check(.init(naming: name), options: options)
        }
        await connection.close()
        await far.stop()
        let span = try #require(telemetry.spans.all.first)
        #expect(span.status == .error(code) && span.parent == nil && span.kind == .client)
        #expect(span.attributes.last == .init("rpc.grpc.status_code", .integer(number)))
        let counted = #"grpc_client_handled_total{\#(Self.labels),code="\#(code)"} 1"#
        #expect(telemetry.metrics.contains(counted[...]))
        #expect(telemetry.metrics.contains("grpc_client_calls_in_flight{\(Self.labels)} 0"))
        // What the call is called has gone with it.
        let record = try #require(far.log.lines.first)
        #expect(record.contains(#""request_id":"\#(try #require(options.requestID))""#))
    }

    @Test("are counted, measured and logged beside those that are served")
    func metrics() async throws {
        let hops = try Hops()
        for _ in 0..<3 { _ = try await hops.ask() }
        await hops.stop()
        for name in [
            "grpc_server_handled_total", "grpc_client_handled_total",
            "grpc_client_call_duration_seconds_count",
        ] {
            #expect(hops.near.metrics.contains("\(name){\(Self.labels),code=\"OK\"} 3"))
        }
        #expect(hops.near.log.lines.filter { $0.contains(#""msg":"call made""#) }.count == 3)
        #expect(!hops.far.metrics.contains { $0.hasPrefix("grpc_client_handled_total{") })
    }

    @Test("take the name of the request along, which every answer repeats")
    func requestID() async throws {
        let hops = try Hops()
        var options = CallOptions()
        options.requestID = RequestID("request-7")
        let answer = try await hops.ask("", options)
        #expect(answer.headers.values("x-request-id") == ["request-7"])
        let unnamed = try await hops.ask()
        let new = try #require(unnamed.headers["x-request-id"])
        await hops.stop()
        for server in [hops.near, hops.far] {
            let names = try server.log.lines.map { try #require(Self.field("request_id", of: $0)) }
            #expect(Set(names) == ["request-7", new])
        }
    }

    @Test("that fail are answered with the name of the request too")
    func requestIDOfFailure() async throws {
        let hops = try Hops()
        var options = CallOptions()
        options.requestID = RequestID("request-8")
        do {
            _ = try await hops.ask("missing", options)
            Issue.record("what is missing was found")
        } catch let error as RPCError {
            #expect(error.trailers["x-request-id"] == "request-8")
        }
        await hops.stop()
    }

    @Test("again are one span, which tells of each attempt that failed")
    func retries() async throws {
        let failures = Locked(2)
        let method = RPCMethod.unary(TestingV1.Example.getItem) {
            (_: Message<TestingV1.GetItemRequest.View>, _) -> Reply<TestingV1.Item> in
            let fails = failures.withLock { left in
                left -= 1
                return left >= 0
            }
            if fails { throw RPCError(.unavailable, "not yet") }
            return Reply(TestingV1.Item())
        }
        let far = try ObservedServer([method], name: "far")
        var configuration = RPCClientConfiguration()
        configuration.retries = RetryPolicy()
        let client = RPCClient(
            RPCTarget(addresses: [far.server.boundAddress], authority: "far.test"),
            group: far.group,
            configuration: configuration
        )
        let telemetry = Self.telemetry()
        var options = CallOptions()
        telemetry.calls.watch(&options)
        _ = try await TestingV1.Example.Client(client).getItem(.init(), options: options)
        await client.close()
        await far.stop()
        #expect(telemetry.spans.all.count == 1)
        let call = try #require(telemetry.spans.all.first)
        #expect(call.events.map(\.name) == ["retry", "retry"] && call.status == .unset)
        #expect(
            call.events.map(\.attributes)
                == [2, 3].map { attempt in
                    [
                        .init("attempt", .integer(attempt)),
                        .init("rpc.grpc.status_code", .integer(14)),
                    ]
                }
        )
        let times = [call.startNanoseconds] + call.events.map(\.nanoseconds)
        #expect(times == times.sorted() && times.last ?? .max <= call.endNanoseconds)
        // Each attempt is a span at the server, below the one of the call.
        #expect(far.spans.all.map(\.parent) == Array(repeating: call.context.spanID, count: 3))
        let labels = #"service="sextant.testing.v1.Example",method="GetItem""#
        #expect(telemetry.metrics.contains("grpc_client_retries_total{\(labels)} 2"))
        #expect(
            telemetry.metrics.contains("grpc_client_handled_total{\(labels),code=\"OK\"} 1")
        )
        let line = try #require(telemetry.log.lines.first)
        #expect(Self.field("msg", of: line) == "call made")
        #expect(Self.field("retries", of: line) == "2")
    }

    @Test("that cannot begin, are late, or are let go of have ended too")
    func ends() async throws {
        let far = try ObservedServer(GrpcHealthV1.Health.methods(of: HopService(holds: true)))
        let connection = try await far.connect()
        let client = GrpcHealthV1.Health.Client(connection)
        let telemetry = Self.telemetry()
        var options = CallOptions()
        telemetry.calls.watch(&options)
        // Too late before it begins.
        options.deadline = ContinuousClock.now
        _ = try? await client.check(.init(), options: options)
        // Too late while it is served.
        options.deadline = ContinuousClock.now + .milliseconds(1)
        _ = try? await client.check(.init(), options: options)
        options.deadline = nil
        // Cancelled, and simply forgotten.
        let stream = try await client.watch(.init(naming: "hold"), options: options)
        stream.call.cancel()
        _ = try await client.watch(.init(naming: "hold"), options: options)
        await connection.close(within: .zero)
        // The connection takes no more calls.
        _ = try? await client.check(.init(), options: options)
        await far.stop()
        let codes = telemetry.spans.all.map(\.status)
        #expect(
            codes == [
                .error("DEADLINE_EXCEEDED"), .error("DEADLINE_EXCEEDED"), .error("CANCELLED"),
                .error("CANCELLED"), .error("UNAVAILABLE"),
            ]
        )
        #expect(telemetry.metrics.contains("grpc_client_calls_in_flight{\(Self.labels)} 0"))
    }

    // MARK: What calls tell

    private struct Observed {
        let registry = MetricRegistry()
        let spans = CollectingSpanSink()
        let log = CollectingLogSink()
        let calls: CallTelemetry

        init() {
            calls = CallTelemetry(
                registry: registry,
                logger: Logger(service: "caller", version: "1", level: .debug, sink: log),
                sampler: TraceSampler(ratio: 1),
                spans: spans
            )
        }

        var metrics: [Substring] {
            String(decoding: registry.text(.prometheus), as: UTF8.self).split(separator: "\n")
        }
    }

    private static func telemetry() -> Observed { Observed() }

    private static func field(_ name: String, of line: String) -> String? {
        let object = try? JSONSerialization.jsonObject(with: Data(line.utf8))
        return (object as? [String: Any])?[name].map { "\($0)" }
    }
}
