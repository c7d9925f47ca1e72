/// The settings and limits of one connection, for either side.
public struct HTTP2Configuration: Sendable {
    /// Streams the peer may have open at a time.
    ///
    /// More are refused with REFUSED_STREAM; of a peer that has acknowledged our settings they are
    /// a fault that ends the connection.
    public var maximumConcurrentStreams = 100
    /// Bytes of a body that may be on their way on one stream, in 1…2,147,483,647.
    ///
    /// It bounds what one stream holds in memory. A body that is collected and says how long it is
    /// may come at once all the same, unless memory is tight.
    public var streamWindow = 65_536
    /// The same for all streams of the connection together; at least 65,535.
    public var connectionWindow = 1 << 20
    /// The longest frame payload that is accepted, in 16,384…16,777,215 bytes.
    public var maximumFrameSize = 16_384

    /// The most header fields of one message, pseudo-fields included.
    public var maximumHeaderFields = 100
    /// The most bytes of header fields of one message, decoded: names, values and 32 a field.
    ///
    /// A request with more is answered with status 431; a response ends its stream.
    public var maximumHeaderBytes = 32_768
    /// Whether fields with an underscore in their name end the stream: proxies disagree on them.
    public var refusesUnderscores = false

    /// Requests after which the connection is closed in an orderly way, so that clients spread
    /// anew; nil means never.
    public var maximumRequests: Int?
    /// How long what still comes of a request is dropped once its answer is whole, before the peer
    /// is told to stop: it may not have read the answer yet.
    public var lingerTimeout = Duration.seconds(1)
    /// How many streams of a connection may linger so, which count as open; of others the peer is
    /// told to stop at once.
    public var maximumLingeringStreams = 25
    /// For how many of the bytes that are dropped a stream's window opens again.
    public var lingerBytes = 1 << 20
    /// Bytes of a body that may wait for the peer's windows on one stream before
    /// ``HTTP2Stream/isWritable`` says stop.
    public var outputHighWater = 65_536

    /// How long the peer may take for the bytes that begin a connection and its first SETTINGS.
    public var handshakeTimeout = Duration.seconds(10)
    /// How long it may take to acknowledge our settings.
    public var settingsTimeout = Duration.seconds(10)
    /// How long a header block, or any frame but DATA, may take from its first byte to its last.
    public var frameTimeout = Duration.seconds(10)
    /// The slowest a body may come, in bytes a second measured over ``bodyRateInterval``, on
    /// streams with ``HTTP2Stream/isBodyTimed``; nil lets it take for ever.
    public var minimumBodyRate: Int? = 240
    /// Over how long the rate of a body is measured.
    public var bodyRateInterval = Duration.seconds(10)
    /// How long output may wait for a peer that takes less than ``minimumReadRate``: one that
    /// keeps its windows shut has the stream reset, one that reads nothing loses the connection.
    public var stallTimeout = Duration.seconds(30)
    /// The slowest a peer may take output that waits for it, in bytes a second over
    /// ``stallTimeout``: what it takes at once counts for as long as it would take at this rate, up
    /// to four times that time.
    public var minimumReadRate = 240
    /// How long a connection without streams is kept; nil means for ever.
    public var idleTimeout: Duration? = .seconds(300)
    /// How long a connection with open streams may be silent before the peer is sent a PING; nil
    /// means never.
    public var keepaliveInterval: Duration? = .seconds(60)
    /// How long the answer to that PING may take.
    public var keepaliveTimeout = Duration.seconds(20)
    /// How long an orderly end waits between its two GOAWAY frames if the peer does not answer the
    /// PING between them.
    public var shutdownNoticeTimeout = Duration.seconds(1)

    /// How much a peer may do of what costs it little and us more.
    public var abuse = AbuseLimits()

    /// The defaults: those of a server that faces strangers.
    public init() {}
}
