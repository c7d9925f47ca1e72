/// How much of what costs the receiver more than the sender a peer may do in ten seconds.
///
/// Each limit is on a connection; one that is passed ends it with ENHANCE_YOUR_CALM.
public struct AbuseLimits: Sendable {
    /// PING frames that ask for an answer: this many, and one more for each frame it was sent.
    public var pings = 500
    /// SETTINGS frames that ask for an acknowledgement.
    public var settings = 100
    /// PRIORITY frames: this many, and ten more for each stream the peer opened.
    public var priorities = 100
    /// DATA frames without bytes that end nothing: this many, and ten more for each stream.
    public var emptyData = 100
    /// WINDOW_UPDATE frames: this many, and ten more for each frame it was sent.
    public var windowUpdates = 1_000
    /// Frames of types no standard knows.
    public var unknownFrames = 1_000
    /// CONTINUATION frames of one header block.
    public var continuations = 8
    /// Requests whose header fields are too many or too large.
    public var oversizedHeaders = 20
    /// Streams that a client opens and resets, or has reset by a fault, before it has the whole
    /// answer: more than this many, if they are more than half of those it opened (CVE-2023-44487,
    /// CVE-2025-8671).
    public var resets = 100

    /// The defaults, which no honest client comes near.
    public init() {}
}
