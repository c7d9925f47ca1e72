public import Telemetry

/// Decides which traces are recorded.
///
/// Who calls has decided already if it has sent a valid context. Of the traces that begin here a
/// part is recorded, which is chosen by their identities: whoever samples by the same part, or a
/// larger one, records the same traces (W3C Trace Context level 2: the last 56 bits are random).
public struct TraceSampler: Sendable {
    /// Traces are recorded whose last 56 bits are not below this.
    private let threshold: UInt64

    /// A sampler of a part of all traces.
    ///
    /// - Parameter ratio: the part of the traces that begin here, from 0 to 1.
    public init(ratio: Double) {
        precondition(ratio >= 0 && ratio <= 1, "a part is from 0 to 1")
        threshold = UInt64((1 - ratio) * Double(Self.count))
    }

    /// Whether a trace that begins here is recorded; always the same for the same identity.
    public func samples(_ traceID: TraceID) -> Bool {
        traceID.low & (Self.count - 1) >= threshold
    }

    /// The context of a span that serves a call.
    ///
    /// - Parameters:
    ///   - parent: the span that calls; nil if none has been told.
    ///   - generator: where the identities come from.
    /// - Returns: a child of the parent, or the first span of a new trace.
    public func context(
        below parent: TraceContext?,
        using generator: inout some RandomNumberGenerator
    ) -> TraceContext {
        if let parent { return parent.child(using: &generator) }
        let traceID = TraceID(using: &generator)
        return TraceContext(
            traceID: traceID,
            spanID: SpanID(using: &generator),
            flags: samples(traceID) ? [.sampled, .random] : .random
        )
    }

    /// How many values 56 bits have.
    private static let count: UInt64 = 1 << 56
}
