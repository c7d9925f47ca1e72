public import Messages
public import RPC
internal import Wire

/// A batch of spans, as OpenTelemetry's protocol has it.
public typealias SpanBatch = OpentelemetryProtoCollectorTraceV1.ExportTraceServiceRequest

/// What carries batches of spans to a collector.
public protocol SpanTransport: Sendable {
    /// Sends a batch, once.
    ///
    /// - Parameter batch: the spans.
    /// - Returns: what became of it. It comes to an end by itself, sooner if the task is cancelled.
    func export(_ batch: SpanBatch) async -> ExportOutcome
}

/// Sends spans by OTLP/gRPC.
public struct OTLPTransport: SpanTransport {
    private let client: OpentelemetryProtoCollectorTraceV1.TraceService.Client
    private let timeout: Duration
    private let compression: Compression

    /// Sends spans by way of a channel.
    ///
    /// - Parameters:
    ///   - channel: where the collector is; it connects again by itself when it must.
    ///   - timeout: how long an attempt may take.
    ///   - compression: how batches are compressed.
    public init(
        _ channel: any RPCChannel,
        timeout: Duration = .seconds(10),
        compression: Compression = .gzip
    ) {
        client = OpentelemetryProtoCollectorTraceV1.TraceService.Client(channel)
        self.timeout = timeout
        self.compression = compression
    }

    /// Sends a batch, once; see ``SpanTransport/export(_:)``.
    public func export(_ batch: SpanBatch) async -> ExportOutcome {
        var options = CallOptions(timeout: timeout)
        options.compression = compression
        do {
            let answer = try await client.export(batch, options: options)
            return ExportOutcome(answer.message.value())
        } catch {
            return ExportOutcome(error)
        }
    }
}
