/// Where a request stands in a trace: what travels from one service to the next.
///
/// The form is that of the W3C's Trace Context, level 2.
public struct TraceContext: Hashable, Sendable {
    /// The trace.
    public let traceID: TraceID
    /// The span of the service that sends, or is at work.
    public let spanID: SpanID
    /// What the trace says about itself.
    public let flags: TraceFlags
    /// What tracing systems on the way have added; it is passed on as it came.
    public let state: TraceState

    /// A context from its parts.
    ///
    /// - Parameters:
    ///   - traceID: the trace.
    ///   - spanID: the span.
    ///   - flags: bits without a meaning are cleared.
    ///   - state: what tracing systems on the way have added.
    public init(
        traceID: TraceID,
        spanID: SpanID,
        flags: TraceFlags = [],
        state: TraceState = TraceState()
    ) {
        self.traceID = traceID
        self.spanID = spanID
        self.flags = flags.intersection(.known)
        self.state = state
    }

    /// Whether the trace is recorded.
    public var isSampled: Bool { flags.contains(.sampled) }

    /// The first span of a new trace, whose identity is random.
    ///
    /// - Parameters:
    ///   - isSampled: whether the trace is recorded.
    ///   - generator: where the identities come from.
    /// - Returns: a context without a state.
    public static func root(
        isSampled: Bool,
        using generator: inout some RandomNumberGenerator
    ) -> TraceContext {
        TraceContext(
            traceID: TraceID(using: &generator),
            spanID: SpanID(using: &generator),
            flags: isSampled ? [.sampled, .random] : .random
        )
    }

    /// The first span of a new trace, from the system's random bits.
    ///
    /// - Parameter isSampled: whether the trace is recorded.
    /// - Returns: a context without a state.
    public static func root(isSampled: Bool) -> TraceContext {
        var generator = SystemRandomNumberGenerator()
        return root(isSampled: isSampled, using: &generator)
    }

    /// A new span of the same trace, below this one.
    ///
    /// - Parameter generator: where the span's identity comes from.
    /// - Returns: the same trace, flags and state.
    public func child(using generator: inout some RandomNumberGenerator) -> TraceContext {
        TraceContext(
            traceID: traceID,
            spanID: SpanID(using: &generator),
            flags: flags,
            state: state
        )
    }

    /// A new span of the same trace, below this one, from the system's random bits.
    ///
    /// - Returns: the same trace, flags and state.
    public func child() -> TraceContext {
        var generator = SystemRandomNumberGenerator()
        return child(using: &generator)
    }
}
