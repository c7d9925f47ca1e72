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

    /// What the sender calls the request.
    ///
    /// Nil if no `x-request-id` came, or more than one, or one that is no such name.
    public var requestID: RequestID? {
        let names = values(TraceField.requestID)
        return names.count == 1 ? RequestID(names[0]) : nil
    }
}

extension HeaderBlock {
    /// Appends the fields that tell a server of the span that calls it.
    mutating func append(_ context: TraceContext) {
        append(TraceField.traceparent, context.traceparent, as: .fleeting)
        if !context.state.isEmpty { append(TraceField.tracestate, context.state.text) }
    }

    /// Appends the field that says what the request is called.
    mutating func append(_ requestID: RequestID) {
        append(TraceField.requestID, requestID.text, as: .fleeting)
    }
}

/// The names of W3C's Trace Context, which gRPC's metadata has as well, and of the request.
private enum TraceField {
    static let traceparent = "traceparent"
    static let tracestate = "tracestate"
    static let requestID = "x-request-id"
}
