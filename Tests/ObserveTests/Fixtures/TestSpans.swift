import Observe
import Telemetry

extension FinishedSpan {
    /// A span with no more than every span has.
    static func plain(_ name: String = "work") -> FinishedSpan {
        FinishedSpan(name, context: .root(isSampled: true), parent: nil, from: 1, to: 2)
    }

    /// A span with something in every field, as OpenTelemetry's own documents number them.
    static func full() throws -> FinishedSpan {
        let state = TraceState("vendor=1") ?? TraceState()
        guard
            let context = TraceContext(
                traceparent: "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-03",
                tracestate: [state.text]
            ),
            let linked = TraceContext(
                traceparent: "00-000000000000000000000000000000ff-00000000000000fe-01"
            )
        else { throw Malformed() }
        var span = FinishedSpan(
            "sextant.ingest.v1.Ingest/RecordEvents",
            context: context,
            parent: SpanID("00f067aa0ba902b7"),
            from: 1_700_000_000_000_000_001,
            to: 1_700_000_000_000_000_002
        )
        span.isParentRemote = true
        span.kind = .server
        span.attributes = [
            .init("text", .string("é")), .init("flag", .boolean(false)),
            .init("whole", .integer(-1)), .init("real", .double(0.5)),
        ]
        span.events = [.init("retried", at: 5, attributes: [.init("attempt", .integer(2))])]
        span.links = [.init(linked, attributes: [.init("queue", .string("jobs"))])]
        span.status = .error("INTERNAL")
        return span
    }

    struct Malformed: Error {}
}

extension TelemetryResource {
    static let ofTests = TelemetryResource(
        service: "ingest",
        version: "1.2.3",
        instance: "a-1",
        environment: "test"
    )
}
