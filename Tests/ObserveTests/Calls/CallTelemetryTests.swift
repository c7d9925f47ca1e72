import Foundation
import Messages
import Net
import RPC
import Telemetry
import Testing

@testable import Observe

@Suite("Calls that are measured", .timeLimit(.minutes(5)))
struct CallTelemetryTests {
    private static let route = "/grpc.health.v1.Health/Check"

    /// Calls a server of one hop once for each name, and gives what it told.
    private static func call(
        _ names: [String],
        ratio: Double = 1,
        level: LogLevel = .debug,
        _ options: CallOptions = CallOptions()
    ) async throws -> ObservedServer {
        let server = try ObservedServer(
            GrpcHealthV1.Health.methods(of: HopService()),
            ratio: ratio,
            level: level
        )
        let connection = try await server.connect()
        let client = GrpcHealthV1.Health.Client(connection)
        for name in names { _ = try? await client.check(.init(naming: name), options: options) }
        await connection.close()
        await server.stop()
        return server
    }

    private static func records(_ server: ObservedServer) throws -> [[String: String]] {
        try server.log.lines.map { line in
            let object = try JSONSerialization.jsonObject(with: Data(line.utf8))
            return try #require(object as? [String: Any]).mapValues { "\($0)" }
        }
    }

    @Test("are counted by method and code, and none is in flight in the end")
    func metrics() async throws {
        let server = try await Self.call(["", "", "missing", "broken", "busy"])
        let labels = #"service="grpc.health.v1.Health",method="Check""#
        for (code, count) in [("OK", 2), ("NOT_FOUND", 1), ("INTERNAL", 1)] {
            #expect(
                server.metrics.contains(
                    #"grpc_server_handled_total{\#(labels),code="\#(code)"} \#(count)"#[...]
                )
            )
            let name = "http_server_request_duration_seconds_count"
            #expect(
                server.metrics.contains(#"\#(name){\#(labels),code="\#(code)"} \#(count)"#[...])
            )
        }
        #expect(server.metrics.contains("grpc_server_calls_in_flight{\(labels)} 0"))
    }

    @Test("are in flight while they are served")
    func inFlight() async throws {
        let registry = MetricRegistry()
        let metrics = CallMetrics(registry, .server)
        metrics.began(Self.route)
        metrics.began(Self.route)
        let text = String(decoding: registry.text(.prometheus), as: UTF8.self)
        #expect(text.contains("in_flight{service=\"grpc.health.v1.Health\",method=\"Check\"} 2\n"))
    }

    @Test("are logged in one line each, whose level is that of the code")
    func log() async throws {
        var options = CallOptions()
        try options.metadata.add("x-request-id", "request-7")
        let parent = TraceContext.root(isSampled: true)
        options.traceContext = parent
        let server = try await Self.call(["", "missing", "broken", "busy"], options)
        let records = try Self.records(server)
        #expect(records.map { $0["level"] } == ["debug", "info", "error", "warn"])
        #expect(
            records.map { $0["code"] } == ["OK", "NOT_FOUND", "INTERNAL", "RESOURCE_EXHAUSTED"]
        )
        #expect(
            records.map { $0["cause"] } == [
                nil, "looked in vain", "Breakage(cause: \"the cable is out\")", nil,
            ]
        )
        for (record, span) in zip(records, server.spans.all) {
            #expect(record["route"] == Self.route && record["msg"] == "call served")
            #expect(record["request_id"] == "request-7" && record["dur_ms"] != nil)
            #expect(record["trace_id"] == "\(parent.traceID)")
            #expect(record["span_id"] == "\(span.context.spanID)")
        }
        #expect(server.spans.all.count == 4)
    }

    @Test("that nobody asked to see are not logged")
    func quietLog() async throws {
        let server = try await Self.call(["", "missing"], level: .info)
        #expect(try Self.records(server).map { $0["code"] } == ["NOT_FOUND"])
    }

    @Test(
        "are named anew if their names are no short line, or several",
        arguments: [
            [], [String(repeating: "7", count: 129)], ["a b"], ["a", "b"],
        ]
    )
    func newNames(names: [String]) async throws {
        var options = CallOptions()
        for name in names { try options.metadata.add("x-request-id", name) }
        let server = try await Self.call(["", "missing"], options)
        let told = try Self.records(server).map { try #require($0["request_id"]) }
        let isNew = told.allSatisfy { name in
            name.utf8.count == 32 && name.allSatisfy(\.isHexDigit) && !names.contains(name)
        }
        #expect(isNew && Set(told).count == 2)
    }

    @Test("become spans of their caller's trace")
    func spans() async throws {
        var options = CallOptions()
        let state = try #require(TraceState("vendor=1,other=2"))
        let caller = TraceContext.root(isSampled: true)
        options.traceContext = TraceContext(
            traceID: caller.traceID,
            spanID: caller.spanID,
            flags: caller.flags,
            state: state
        )
        let server = try await Self.call(["", "missing", "broken"], ratio: 0, options)
        let spans = server.spans.all
        #expect(spans.count == 3)
        for (span, code) in zip(spans, [0, 5, 13]) {
            #expect(span.context.traceID == caller.traceID && span.parent == caller.spanID)
            #expect(span.context.state == state && span.isParentRemote && span.kind == .server)
            #expect(span.name == "grpc.health.v1.Health/Check")
            #expect(span.endNanoseconds == 2_000_000_000_000_000_000)
            #expect(span.startNanoseconds < span.endNanoseconds)
            #expect(
                span.attributes == [
                    .init("rpc.system", .string("grpc")),
                    .init("rpc.service", .string("grpc.health.v1.Health")),
                    .init("rpc.method", .string("Check")),
                    .init("rpc.grpc.status_code", .integer(Int64(code))),
                ]
            )
            #expect(span.status == (code == 13 ? .error("INTERNAL") : .unset))
        }
        #expect(Set(spans.map(\.context.spanID)).count == 3)
    }

    @Test("begin a trace if no valid one came", arguments: [0.0, 1.0])
    func roots(ratio: Double) async throws {
        for parents in [[], ["00-0-0-01"], Array(repeating: Self.someParent, count: 2)] {
            var options = CallOptions()
            for parent in parents { try options.metadata.add("traceparent", parent) }
            let server = try await Self.call([""], ratio: ratio, options)
            let record = try #require(try Self.records(server).first)
            let traceID = try #require(record["trace_id"].flatMap { TraceID($0) })
            #expect(traceID.description != "0af7651916cd43dd8448eb211c80319c")
            #expect(server.spans.all.map(\.context.traceID) == (ratio == 1 ? [traceID] : []))
            #expect(server.spans.all.allSatisfy { $0.parent == nil && !$0.isParentRemote })
        }
    }

    private static let someParent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"

    @Test("pass their trace on: two servers, one trace, each span below the one before")
    func twoHops() async throws {
        let seen = Locked<[TraceContext?]>([])
        let onCall: @Sendable (ServerCall) -> Void = { call in
            seen.withLock { $0.append(call.traceContext) }
        }
        let far = try ObservedServer(
            GrpcHealthV1.Health.methods(of: HopService(onCall: onCall)),
            name: "far",
            ratio: 0
        )
        let between = try await far.connect()
        let near = try ObservedServer(
            GrpcHealthV1.Health.methods(of: HopService(next: between, onCall: onCall)),
            name: "near"
        )
        let connection = try await near.connect()
        var options = CallOptions(timeout: .seconds(60))
        try options.metadata.add("traceparent", Self.someParent)
        try options.metadata.add("tracestate", "a=1")
        try options.metadata.add("tracestate", "b=2")
        _ = try await GrpcHealthV1.Health.Client(connection).check(.init(), options: options)
        await connection.close()
        await near.stop()
        await between.close()
        await far.stop()
        let first = try #require(near.spans.all.first { $0.kind == .server })
        let second = try #require(far.spans.all.first)
        #expect(first.parent?.description == "b7ad6b7169203331")
        let call = try #require(near.spans.all.first { $0.kind == .client })
        #expect(call.parent == first.context.spanID)
        #expect(second.parent == call.context.spanID)
        for context in [first.context, second.context] {
            #expect(context.traceID.description == "0af7651916cd43dd8448eb211c80319c")
            #expect(context.state.text == "a=1,b=2" && context.isSampled)
        }
        #expect(seen.withLock { $0 } == [first.context, second.context])
        #expect(try Self.records(far).first?["span_id"] == "\(second.context.spanID)")
    }

    @Test("of no method are counted together, and logged by the caller's trace without a path")
    func unknownMethods() async throws {
        let server = try ObservedServer([])
        let connection = try await server.connect()
        var options = CallOptions()
        let caller = TraceContext.root(isSampled: true)
        options.traceContext = caller
        let client = GrpcHealthV1.Health.Client(connection)
        await #expect(throws: RPCError.self) {
            _ = try await client.check(.init(), options: options)
        }
        await connection.close()
        await server.stop()
        #expect(
            server.metrics.contains(
                "grpc_server_handled_total{service=\"unknown\",method=\"unknown\","
                    + "code=\"UNIMPLEMENTED\"} 1"
            )
        )
        let record = try #require(try Self.records(server).first)
        #expect(record["route"] == nil && record["trace_id"] == "\(caller.traceID)")
        #expect(record["span_id"] == nil && server.spans.all.isEmpty)
    }
}
