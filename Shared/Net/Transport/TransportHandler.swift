public import Wire

/// What stands on a ``Transport`` and gives its bytes a meaning.
///
/// All calls are made on the loop.
///
/// Any method of the transport may be called from within any of these.
public protocol TransportHandler: AnyObject {
    /// Bytes have come.
    ///
    /// - Parameter bytes: some bytes of the stream, at least one; valid during the call only.
    func transportReceived(_ bytes: RawSpan)

    /// The peer sends no more. It may still receive: the transport stays open until it is closed.
    func transportReadEnded()

    /// Appends bytes to send. Called at the end of a turn after ``Transport/setNeedsFlush()``, and
    /// again whenever all that was given has gone to the kernel and more may follow.
    ///
    /// - Parameters:
    ///   - output: where to append; empty at first.
    ///   - limit: return when the output's load is so much, or when nothing is left. The last piece
    ///     may exceed it.
    func transportFill(_ output: inout OutputChain, limit: Int)

    /// The transport is closed. Called exactly once, as the last call and never from within a call
    /// of the handler's own; the transport lets go of the handler afterwards.
    func transportClosed(_ reason: TransportCloseReason)
}

/// Why a transport was closed.
public enum TransportCloseReason: Sendable {
    /// The peer closed both directions.
    case peerClosed
    /// This side closed it, and all output was given to the kernel.
    case local
    /// The connection broke, or the peer reset it.
    case reset(SystemError)
    /// The filter refused the peer's bytes or could not send.
    case filter(any Error)
    /// A time limit passed before the output was sent, or the owner's own.
    case timedOut
    /// The loop was stopped.
    case loopStopped
}

/// How a transport uses memory and time.
public struct TransportConfiguration: Sendable {
    /// The load of unsent output at which the handler is not asked for more, at least 1: so many
    /// bytes that were copied, or four times as many that are shared.
    public var outputLimit = 64 * 1024
    /// Bytes read per turn before the other connections of the loop are served.
    public var readLimitPerTurn = 256 * 1024
    /// Bytes sent per turn before the other connections of the loop are served.
    public var writeLimitPerTurn = 256 * 1024
    /// How long to wait for the peer's end after our own, so that it has read everything before
    /// the socket is closed.
    public var lingerLimit = Duration.seconds(1)

    /// The defaults: 64 KiB unsent, 256 KiB a turn, one second.
    public init() {}
}

/// Turns the bytes of the wire into those of the handler and back, as TLS does.
///
/// All calls are made on the loop.
public protocol TransportFilter: AnyObject {
    /// Takes bytes from the peer. May also produce ciphertext, as a handshake does.
    ///
    /// - Parameters:
    ///   - ciphertext: what came; the filter keeps what it cannot use yet.
    ///   - plaintext: where to append what is for the handler.
    /// - Throws: if the peer's bytes are wrong; ciphertext is still sent, then all is closed.
    func receive(_ ciphertext: RawSpan, plaintext: inout OutputBuffer) throws

    /// Takes bytes for the peer; called only once ``isReady``.
    ///
    /// - Parameter plaintext: all of it is taken.
    /// - Throws: if it cannot be sent: ciphertext is still sent, then the transport closes.
    func send(_ plaintext: RawSpan) throws

    /// Gives what must go to the peer now.
    ///
    /// - Parameter output: where to append it.
    func takeCiphertext(into output: inout OutputBuffer)

    /// Whether the handler's bytes can be sent: the handshake is done.
    var isReady: Bool { get }

    /// Whether bytes for the peer wait until it has sent more: no others are given before.
    var isBlocked: Bool { get }

    /// Whether the peer has said that it sends no more.
    var isPeerFinished: Bool { get }

    /// Produces the ciphertext that tells the peer that no more follows.
    func finish()
}
