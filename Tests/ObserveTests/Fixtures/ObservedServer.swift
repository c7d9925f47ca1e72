import Net
import Observe
import RPC
import Telemetry

/// A server on a loop of its own, all of whose telemetry is kept.
final class ObservedServer: Sendable {
    let registry = MetricRegistry()
    let log = CollectingLogSink()
    let spans = CollectingSpanSink()
    let group: EventLoopGroup
    let server: RPCServer

    init(
        _ methods: [RPCMethod],
        name: String = "hop",
        ratio: Double = 1,
        level: LogLevel = .debug
    ) throws {
        group = try EventLoopGroup(count: 1)
        let telemetry = CallTelemetry(
            registry: registry,
            logger: Logger(service: name, version: "1", level: level, sink: log),
            sampler: TraceSampler(ratio: ratio),
            spans: spans,
            now: { 2_000_000_000_000_000_000 }
        )
        var configuration = RPCServerConfiguration()
        telemetry.watch(&configuration)
        server = try RPCServer(
            address: .loopback(port: 0),
            group: group,
            methods: methods,
            configuration: configuration
        )
    }

    /// A connection to it, on its own loop.
    func connect() async throws -> RPCConnection {
        try await RPCConnection.connect(
            to: [server.boundAddress],
            on: group.next(),
            authority: "hop.test"
        )
    }

    /// Its metrics, line by line.
    var metrics: [Substring] {
        String(decoding: registry.text(.prometheus), as: UTF8.self).split(separator: "\n")
    }

    /// Waits for the calls that are being served: what they report is there then.
    func stop() async {
        await server.stop(within: .seconds(10))
        group.stop()
    }
}

/// Keeps spans in memory.
final class CollectingSpanSink: SpanSink {
    private let kept = Locked<[FinishedSpan]>([])

    var all: [FinishedSpan] { kept.withLock { $0 } }

    func take(_ span: FinishedSpan) { kept.withLock { $0.append(span) } }
}
