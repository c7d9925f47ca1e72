extension TraceContext {
    /// The length of a `traceparent` of version 00, which is the one that is written.
    public static let traceparentLength = 55

    /// Reads a `traceparent`, without allocating.
    ///
    /// Of a version later than 00 the fields of version 00 are read, and what follows is ignored.
    /// A header that came more than once is none: joined by commas it is refused here.
    ///
    /// Nil if it is not valid: then a new trace begins.
    ///
    /// - Parameters:
    ///   - traceparent: the value of the header, without white space around it.
    ///   - state: what came with it; it is lost if the `traceparent` is not valid.
    public init?(traceparent: Span<UInt8>, state: TraceState = TraceState()) {
        let length = Self.traceparentLength
        guard traceparent.count >= length,
            let version = Hexadecimal.number(in: traceparent, from: 0, count: 2),
            version != 0xff,
            Self.hasDash(traceparent, at: 2),
            let high = Hexadecimal.number(in: traceparent, from: 3, count: 16),
            let low = Hexadecimal.number(in: traceparent, from: 19, count: 16),
            let traceID = TraceID(high: high, low: low),
            Self.hasDash(traceparent, at: 35),
            let spanBits = Hexadecimal.number(in: traceparent, from: 36, count: 16),
            let spanID = SpanID(bits: spanBits),
            Self.hasDash(traceparent, at: 52),
            let flags = Hexadecimal.number(in: traceparent, from: 53, count: 2)
        else { return nil }
        if traceparent.count > length {
            guard version > 0, Self.hasDash(traceparent, at: length) else { return nil }
        }
        self.init(
            traceID: traceID,
            spanID: spanID,
            flags: TraceFlags(rawValue: UInt8(truncatingIfNeeded: flags)),
            state: state
        )
    }

    /// Reads a `traceparent` and the `tracestate` headers that came with it.
    ///
    /// Nil if the `traceparent` is not valid: then a new trace begins.
    ///
    /// - Parameters:
    ///   - traceparent: the value of the header, without white space around it.
    ///   - tracestate: the values of the headers in their order; a list that is malformed counts
    ///     as none.
    public init?(traceparent: String, tracestate: [String] = []) {
        // Nothing is done for a state that would be lost.
        guard let context = TraceContext(traceparent: traceparent.utf8.span) else { return nil }
        self.init(
            traceID: context.traceID,
            spanID: context.spanID,
            flags: context.flags,
            state: TraceState(tracestate.joined(separator: ",")) ?? TraceState()
        )
    }

    /// The `traceparent` of what this span calls, of version 00.
    public var traceparent: String {
        var text: [UInt8] = []
        text.reserveCapacity(Self.traceparentLength)
        appendTraceparent(to: &text)
        return String(decoding: text, as: UTF8.self)
    }

    /// Appends the `traceparent` of what this span calls, of version 00.
    ///
    /// - Parameter text: gets ``traceparentLength`` bytes more.
    public func appendTraceparent(to text: inout [UInt8]) {
        text.append(UInt8(ascii: "0"))
        text.append(UInt8(ascii: "0"))
        text.append(UInt8(ascii: "-"))
        traceID.append(to: &text)
        text.append(UInt8(ascii: "-"))
        spanID.append(to: &text)
        text.append(UInt8(ascii: "-"))
        text.append(Hexadecimal.digit(UInt64(flags.rawValue >> 4)))
        text.append(Hexadecimal.digit(UInt64(flags.rawValue)))
    }

    private static func hasDash(_ text: Span<UInt8>, at place: Int) -> Bool {
        text[place] == UInt8(ascii: "-")
    }
}
