/// What a connection tells whoever drives it, in the order in which it happened.
public enum HTTP2Event {
    /// Server: a request's header fields are complete: ``HTTP2Stream/headers``.
    ///
    /// Part of its body, or all of it, may have come by then: see ``input(_:)``, which follows only
    /// if more comes afterwards.
    case request(HTTP2Stream)
    /// Client: a response's header fields are complete: ``HTTP2Stream/headers``. Those of an
    /// informational response (1xx) are not told.
    ///
    /// As with ``request(_:)``, part of the body may have come.
    case response(HTTP2Stream)
    /// More of a body can be taken, or its end has come: ``HTTP2Session/takeBody(of:)`` and
    /// ``HTTP2Stream/isInputEnded``. It is told once for all that has come by then.
    case input(HTTP2Stream)
    /// A stream that was not writable is again: ``HTTP2Stream/isWritable``.
    case writable(HTTP2Stream)
    /// The stream is over; nothing more is told of it.
    ///
    /// NO_ERROR or, from a server that needs no more input, after a whole response, is the normal
    /// end. REFUSED_STREAM means that the request was not processed and may be sent again.
    case closed(HTTP2Stream, HTTP2ErrorCode)
    /// The peer's settings have arrived: streams may be opened.
    case settled
    /// The peer accepts no more streams; those that are open go on.
    case goAway(HTTP2ErrorCode)
    /// The connection is over for a reason: what is left to send says so to the peer.
    case failed(HTTP2Failure)

    /// The stream that there may be something to read of, if the event says so: that of a request,
    /// a response or more input.
    public var streamToRead: HTTP2Stream? {
        switch self {
        case .request(let stream), .response(let stream), .input(let stream): stream
        case .writable, .closed, .settled, .goAway, .failed: nil
        }
    }
}

/// Is told by the driver of a session what happens to one stream.
package protocol HTTP2StreamOwner: AnyObject {
    /// Something has happened to the stream.
    func saw(_ event: HTTP2Event)
}

/// Why a connection had to end.
public struct HTTP2Failure: Error, Equatable, CustomStringConvertible {
    /// What the peer is told, or told us.
    public let code: HTTP2ErrorCode
    /// The reason in words, for the log.
    public let reason: String

    /// The code and the reason.
    public var description: String { "\(code): \(reason)" }
}
