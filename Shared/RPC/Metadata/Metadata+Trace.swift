internal import HTTP2
public import Telemetry

extension Metadata {
    /// The span that the sender of this metadata is at work in.
    ///
    /// Nil if no `traceparent` came, or more than one, or one that is not valid.
    public var traceContext: TraceContext? {
        let parents = values(TraceField.traceparent)
        guard parents.count == 1 else { return nil }
        return TraceContext(traceparent: parents[0], tracestate: values(TraceField.tracestate))
    }
}

extension HeaderBlock {
    /// Appends the fields that tell a server of the span that calls it.
    mutating func append(_ context: TraceContext) {
        append(TraceField.traceparent, context.traceparent)
        if !context.state.isEmpty { append(TraceField.tracestate, context.state.text) }
    }
}

/// The names of W3C's Trace Context, which gRPC's metadata has as well.
private enum TraceField {
    static let traceparent = "traceparent"
    static let tracestate = "tracestate"
}
