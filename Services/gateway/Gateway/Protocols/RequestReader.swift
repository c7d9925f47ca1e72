internal import HTTP2
internal import Net
internal import RPC
internal import Wire

/// Makes gRPC's messages of what comes of a request in another protocol.
///
/// Used on the loop.
protocol RequestReader: AnyObject {
    /// What is wrong with what has come; nil if nothing is.
    var fault: RPCError? { get }
    /// Whether ``take(from:)`` has all it needs.
    func isComplete(_ base: any ServerExchange) -> Bool

    /// Waits for all that makes the only message.
    func collect(from base: any ServerExchange) async throws(HTTP2ExchangeError)
    /// The only message, behind its prefix.
    func take(from base: any ServerExchange) throws(HTTP2ExchangeError) -> SharedBytes

    /// Waits for the next messages, of many, behind their prefixes; nil at the end.
    func nextPart(
        from base: any ServerExchange,
        ofAtLeast least: Int
    ) async throws(HTTP2ExchangeError) -> SharedBytes?
    /// Takes bytes back that cannot be used before more has come.
    func putBack(_ bytes: SharedBytes, to base: any ServerExchange)
}

/// Reads a body that consists of gRPC's frames already.
final class FrameReader: RequestReader {
    private let limit: Int

    /// - Parameter limit: the most bytes that the only message may have.
    init(upTo limit: Int) { self.limit = limit }

    var fault: RPCError? { nil }

    func isComplete(_ base: any ServerExchange) -> Bool { base.isBodyComplete }

    func collect(from base: any ServerExchange) async throws(HTTP2ExchangeError) {
        try await base.collectBody(
            upTo: limit + MessageFrame.prefixCount,
            length: MessageFrame.bodyCount
        )
    }

    func take(from base: any ServerExchange) throws(HTTP2ExchangeError) -> SharedBytes {
        try base.takeBody(upTo: limit + MessageFrame.prefixCount)
    }

    func nextPart(
        from base: any ServerExchange,
        ofAtLeast least: Int
    ) async throws(HTTP2ExchangeError) -> SharedBytes? {
        try await base.nextPart(ofAtLeast: least)
    }

    func putBack(_ bytes: SharedBytes, to base: any ServerExchange) { base.putBack(bytes) }
}

extension SharedBytes {
    /// Whether they are few enough to be translated on the loop: some 64 microseconds.
    var isQuick: Bool { count <= 64 << 10 }
}

extension HTTP2ExchangeError {
    /// Why nothing comes of a body that has a ``RequestReader/fault``, which says more.
    static let meaningless = HTTP2ExchangeError.closed(.noError)
}

extension RPCError {
    /// A body has more bytes than it may.
    static func bodyTooLarge(limit: Int) -> RPCError {
        RPCError(
            .resourceExhausted,
            "the body may have \(limit) bytes at most",
            ErrorDetails(reason: "BODY_TOO_LARGE")
        )
    }
}
