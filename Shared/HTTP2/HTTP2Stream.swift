internal import Wire

/// One request and its response on a connection.
///
/// It belongs to an ``HTTP2Session`` and is confined to the thread that drives it.
public final class HTTP2Stream {
    /// The number of the stream on its connection.
    public internal(set) var id: Int32

    /// The fields of the request (at the server) or of the final response (at the client).
    public internal(set) var headers = HeaderBlock()
    /// The peer's trailer fields, once they have come.
    public internal(set) var trailers: HeaderBlock?
    /// Whether the peer will send nothing more, and all it sent has been told.
    public internal(set) var isInputEnded = false
    /// Whether a body that is collected has passed its limit; what came beyond it is dropped.
    public internal(set) var isBodyTooLarge = false
    /// Whether the stream is open still.
    public internal(set) var isOpen = true

    /// Whether a body that comes more slowly than ``HTTP2Configuration/minimumBodyRate`` ends the
    /// stream.
    ///
    /// Turn it off where silence is part of the protocol, as in streaming calls.
    public var isBodyTimed = true
    /// Whom the driver of the session tells of the stream; released when it closes.
    package var owner: (any HTTP2StreamOwner)?

    /// Bytes of body that can be taken.
    public var availableInput: Int { received.count }
    /// Bytes of body that wait to be sent.
    public var unsentOutput: Int { sending.count }
    /// Whether more output may be handed in before ``HTTP2Event/writable(_:)``.
    public var isWritable: Bool { isOpen && !isAboveHighWater }

    // MARK: What the session keeps

    /// Where the session's table of open streams holds it.
    var slot = -1

    var received = OutputBuffer()
    /// Bytes in `received`, all of which the budget counts, whose window has not opened again.
    var uncredited = 0
    /// Bytes that are held no more and whose credit waits until memory is less tight.
    var withheldCredit = 0
    /// Since when credit is withheld without a break.
    var withheldSince: ContinuousClock.Instant?
    var budget: MemoryBudget
    /// The most bytes a body may have that is collected as a whole; nil if it is taken in parts.
    var collectLimit: Int?
    /// What its first bytes say of the length of such a body, if they do.
    var collectLength: HTTP2Session.BodyLength?
    /// Up to how many bytes there is room in `received` at least.
    var receivedRoom = 0
    /// How many bytes must have come before input is told: until then the window is kept open.
    var awaitedInput = 0
    /// Whether somebody has asked for the body (at the server).
    var isBodyAskedFor = false
    /// Whether what still comes is dropped: the stream was refused.
    var isInputRefused = false
    /// Whether we ended the stream, or the peer did, before it was over.
    var isResetByUs = false
    var isResetByPeer = false
    /// Whether an input event is on its way.
    var isInputTold = false
    /// Whether the final response's fields have come (at the client).
    var hasResponse = false

    var sending = SendQueue()
    var sendingTrailers: HeaderBlock?
    var isAboveHighWater = false
    /// Whether all output was handed in.
    var isOutputEnded = false
    /// Whether the end of our side has gone out.
    var isOutputFinished = false
    /// Whether nghttp2 asked for output when there was none, and is to be told of more.
    var isDeferred = false
    /// Whether response fields have been handed in (at the server).
    var hasSubmitted = false

    /// Whether the output that waits moves on.
    var outputProgress: OutputProgress
    /// Whether our header fields have gone out: before it a server knows nothing of a request.
    var isRequestSent = false
    /// Since when and from how many bytes on the rate of the body is measured.
    var rateStart: ContinuousClock.Instant
    var rateBytes = 0
    /// Bytes of body that have come.
    var totalReceived = 0

    init(id: Int32, budget: MemoryBudget, at now: ContinuousClock.Instant) {
        self.id = id
        self.budget = budget
        outputProgress = OutputProgress(at: now)
        rateStart = now
    }

    deinit {
        if received.count > 0 { budget.release(received.count) }
    }
}
