import Foundation
import Messages
import Net
import RPC
import Telemetry
import TestKit
import Testing
import Wire

@testable import Observe

@Suite("Collectors of traces", .timeLimit(.minutes(5)))
struct CollectorTests {
    private typealias Answer = CollectorService.Answer

    /// An exporter to an address that tries again soon.
    private static func exporter(
        to address: SocketAddress,
        on group: EventLoopGroup,
        _ registry: MetricRegistry,
        attempts: Int = 6
    ) -> (SpanExporter, RPCClient) {
        var calls = RPCClientConfiguration()
        calls.firstBackoff = .milliseconds(10)
        calls.longestBackoff = .milliseconds(50)
        let client = RPCClient(
            RPCTarget(addresses: [address], authority: "collector.test"),
            group: group,
            configuration: calls
        )
        var configuration = ExportConfiguration()
        configuration.firstBackoff = .milliseconds(10)
        configuration.longestBackoff = .milliseconds(50)
        configuration.attempts = attempts
        let exporter = SpanExporter(
            resource: .ofTests,
            transport: OTLPTransport(client),
            scheduler: LoopScheduler(group.next()),
            registry: registry,
            logger: Logger(service: "ingest", version: "1", sink: CollectingLogSink()),
            configuration: configuration
        )
        return (exporter, client)
    }

    /// A collector on our own server, on the loops of a group.
    private static func server(
        _ service: CollectorService,
        on group: EventLoopGroup
    ) throws -> RPCServer {
        var configuration = RPCServerConfiguration()
        configuration.limits.request = 16 << 20
        return try RPCServer(
            address: .loopback(port: 0),
            group: group,
            methods: OpentelemetryProtoCollectorTraceV1.TraceService.methods(of: service),
            configuration: configuration
        )
    }

    @Test("get every field of a span")
    func fields() async throws {
        let group = try EventLoopGroup(count: 1)
        let collector = CollectorService()
        let server = try Self.server(collector, on: group)
        let (exporter, client) = Self.exporter(to: server.boundAddress, on: group, MetricRegistry())
        exporter.take(try .full())
        await exporter.stop(within: .seconds(60))
        await client.close()
        await server.stop(within: .seconds(10))
        group.stop()
        let batch = try #require(collector.batches.first)
        let text = try Message<SpanBatch.View>(batch.encoded()).jsonText()
        #expect(String(decoding: text.utf8, as: UTF8.self) == Self.expectedJSON)
        // By the numbers of OpenTelemetry's own files: field 15 is the status, 16 the flags.
        let span = try #require(batch.resourceSpans.first?.scopeSpans.first?.spans.first)
        let end = Array(copying: span.encoded().bytes).suffix(20).map { $0 }
        #expect(end.hexadecimal == "7a0c1208494e5445524e414c1802850103030000")
    }

    @Test("get all spans, in batches, as their answers are counted")
    func counts() async throws {
        let group = try EventLoopGroup(count: 2)
        var partly = Answer()
        var partial = OpentelemetryProtoCollectorTraceV1.ExportTracePartialSuccess()
        partial.rejectedSpans = 12
        partial.errorMessage = "too old"
        partly.partialSuccess = partial
        let collector = CollectorService([
            .failure(RPCError(.unavailable, "not yet")), .failure(RPCError(.aborted, "again")),
            .success(partly), .failure(RPCError(.invalidArgument, "not these")),
        ])
        let server = try Self.server(collector, on: group)
        let registry = MetricRegistry()
        let (exporter, client) = Self.exporter(to: server.boundAddress, on: group, registry)
        for number in 0..<2_000 { exporter.take(.plain("\(number)")) }
        await exporter.stop(within: .seconds(60))
        await client.close()
        await server.stop(within: .seconds(10))
        group.stop()
        // The first batch is 0 to 511, the second is refused.
        let names = collector.batches.flatMap { batch in
            batch.resourceSpans.flatMap(\.scopeSpans).flatMap(\.spans).map(\.name)
        }
        let taken = Array(0..<512) + Array(1_024..<2_000)
        #expect(names == taken.map { "\($0)" })
        #expect(collector.batches.count == 3)
        let expected = ExportQueue.Counts(
            exported: 1_476,
            dropped: 0,
            rejected: 12,
            failed: 512,
            retries: 2
        )
        #expect(exporter.counts == expected)
    }

    @Test("get less of what is too large, and are told how much is missing")
    func limits() throws {
        var span = FinishedSpan.plain(String(repeating: "é", count: 600))
        let one = FinishedSpan.Attribute("a", .string(String(repeating: "x", count: 2_000)))
        span.attributes = Array(repeating: one, count: 65)
        span.events = Array(repeating: .init("e", at: 1, attributes: span.attributes), count: 66)
        let link = FinishedSpan.Link(span.context, attributes: span.attributes)
        span.links = Array(repeating: link, count: 67)
        let batch = SpanBatch([span], of: .ofTests)
        let made = try #require(batch.resourceSpans.first?.scopeSpans.first?.spans.first)
        #expect(made.name == String(repeating: "é", count: 512))
        #expect(made.attributes.count == 64 && made.droppedAttributesCount == 1)
        #expect(made.events.count == 64 && made.droppedEventsCount == 2)
        #expect(made.links.count == 64 && made.droppedLinksCount == 3)
        #expect(made.events[0].droppedAttributesCount == 1)
        #expect(made.links[0].droppedAttributesCount == 1)
        let text = String(repeating: "x", count: 1_024)
        #expect(made.attributes[0].value?.value == .stringValue(text))
        #expect(made.parentSpanID.isEmpty && made.status == nil && made.flags == 0x103)
    }

    @Test("of grpcio understand what is sent, once they are there")
    func outsideCollector() async throws {
        let group = try EventLoopGroup(count: 1)
        let socket = FileManager.default.temporaryDirectory
            .appendingPathComponent("collector-\(UUID().uuidString)").path
        let registry = MetricRegistry()
        // It takes its time to start: until then there is nobody at the address.
        let (exporter, client) = Self.exporter(
            to: .unix(path: socket),
            on: group,
            registry,
            attempts: 100_000
        )
        exporter.take(try .full())
        for number in 0..<599 { exporter.take(.plain("\(number)")) }
        async let output = OutsideProgram.run(
            OutsideProgram.python,
            OutsideProgram.repository + "/Tests/ObserveTests/Peers/collector.py",
            OutsideProgram.repository + "/Proto",
            socket,
            "2"
        )
        await exporter.stop(within: .seconds(90))
        await client.close()
        let printed = try await output
        group.stop()
        #expect(printed.status == 0, "\(printed.errors)")
        #expect(printed.text == Self.expectedFromPython)
        #expect(exporter.counts.exported == 598 && exporter.counts.rejected == 2)
        #expect(exporter.counts.retries >= 1 && exporter.counts.failed == 0)
    }
}

extension CollectorTests {
    private static let expectedJSON = """
        {"resourceSpans":[{"resource":{"attributes":[\
        {"key":"service.name","value":{"stringValue":"ingest"}},\
        {"key":"service.version","value":{"stringValue":"1.2.3"}},\
        {"key":"service.instance.id","value":{"stringValue":"a-1"}},\
        {"key":"deployment.environment.name","value":{"stringValue":"test"}}]},\
        "scopeSpans":[{"scope":{"name":"sextant.observe","version":"1.2.3"},"spans":[{\
        "traceId":"CvdlGRbNQ92ESOshHIAxnA==","spanId":"t61rcWkgMzE=","traceState":"vendor=1",\
        "parentSpanId":"APBnqgupArc=","name":"sextant.ingest.v1.Ingest/RecordEvents",\
        "kind":"SPAN_KIND_SERVER","startTimeUnixNano":"1700000000000000001",\
        "endTimeUnixNano":"1700000000000000002","attributes":[\
        {"key":"text","value":{"stringValue":"é"}},{"key":"flag","value":{"boolValue":false}},\
        {"key":"whole","value":{"intValue":"-1"}},{"key":"real","value":{"doubleValue":0.5}}],\
        "events":[{"timeUnixNano":"5","name":"retried","attributes":[\
        {"key":"attempt","value":{"intValue":"2"}}]}],\
        "links":[{"traceId":"AAAAAAAAAAAAAAAAAAAA/w==","spanId":"AAAAAAAAAP4=","attributes":[\
        {"key":"queue","value":{"stringValue":"jobs"}}],"flags":1}],\
        "status":{"message":"INTERNAL","code":"STATUS_CODE_ERROR"},"flags":771}]}]}]}
        """

    private static let expectedFromPython = #"""
        complete: True
        batch: 512 spans
        batch: 88 spans
        resource: [('service.name', 'ingest'), ('service.version', '1.2.3'), \#
        ('service.instance.id', 'a-1'), ('deployment.environment.name', 'test')]
        scope: sextant.observe 1.2.3
        ids: 0af7651916cd43dd8448eb211c80319c b7ad6b7169203331 00f067aa0ba902b7
        {"attributes": [{"key": "text", "value": {"stringValue": "\u00e9"}}, \#
        {"key": "flag", "value": {"boolValue": false}}, {"key": "whole", \#
        "value": {"intValue": "-1"}}, {"key": "real", "value": {"doubleValue": 0.5}}], \#
        "endTimeUnixNano": "1700000000000000002", \#
        "events": [{"attributes": [{"key": "attempt", "value": {"intValue": "2"}}], \#
        "name": "retried", "timeUnixNano": "5"}], "flags": 771, \#
        "kind": "SPAN_KIND_SERVER", "links": [{"attributes": [{"key": "queue", \#
        "value": {"stringValue": "jobs"}}], "flags": 1, "spanId": "AAAAAAAAAP4=", \#
        "traceId": "AAAAAAAAAAAAAAAAAAAA/w=="}], \#
        "name": "sextant.ingest.v1.Ingest/RecordEvents", \#
        "parentSpanId": "APBnqgupArc=", "spanId": "t61rcWkgMzE=", \#
        "startTimeUnixNano": "1700000000000000001", \#
        "status": {"code": "STATUS_CODE_ERROR", "message": "INTERNAL"}, \#
        "traceId": "CvdlGRbNQ92ESOshHIAxnA==", "traceState": "vendor=1"}

        """#
}
