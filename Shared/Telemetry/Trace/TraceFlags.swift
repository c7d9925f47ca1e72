/// What a trace says about itself to every service it passes.
public struct TraceFlags: OptionSet, Sendable, Hashable {
    /// The byte that travels.
    public let rawValue: UInt8

    /// Flags from the byte that travels; bits without a meaning are kept here.
    public init(rawValue: UInt8) {
        self.rawValue = rawValue
    }

    /// The sender records the trace.
    public static let sampled = TraceFlags(rawValue: 0x01)
    /// At least the last seven bytes of the trace's identity are random (W3C level 2).
    public static let random = TraceFlags(rawValue: 0x02)

    /// All that has a meaning; other bits must not be passed on.
    static let known: TraceFlags = [.sampled, .random]
}
