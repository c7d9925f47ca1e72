internal import HTTP2
internal import Net
internal import RPC
internal import Wire

/// Reads a body of gRPC-Web as text: gRPC's frames in base64, in pieces each of which may be
/// padded.
final class Base64FrameReader: RequestReader {
    private let limit: Int
    /// Bytes that have been decoded and not been given away.
    private var decoded = OutputBuffer()
    /// Up to three digits that wait for the rest of their group.
    private var digits = OutputBuffer()
    private var isEnded = false
    private(set) var fault: RPCError?

    /// - Parameter limit: the most bytes that a message may have.
    init(upTo limit: Int) { self.limit = limit }

    func isComplete(_ base: any ServerExchange) -> Bool { false }

    func collect(from base: any ServerExchange) async throws(HTTP2ExchangeError) {
        while !isEnded {
            try await readMore(from: base)
            if decoded.count > limit + MessageFrame.prefixCount {
                throw refused(.bodyTooLarge(limit: limit))
            }
        }
    }

    func take(from base: any ServerExchange) throws(HTTP2ExchangeError) -> SharedBytes {
        takeDecoded() ?? SharedBytes([])
    }

    func nextPart(
        from base: any ServerExchange,
        ofAtLeast least: Int
    ) async throws(HTTP2ExchangeError) -> SharedBytes? {
        while decoded.count < least && !isEnded { try await readMore(from: base) }
        return takeDecoded()
    }

    func putBack(_ bytes: SharedBytes, to base: any ServerExchange) {
        var all = OutputBuffer(minimumCapacity: bytes.count + decoded.count)
        all.append(bytes.bytes)
        all.append(decoded.bytes)
        decoded = all
    }

    private func takeDecoded() -> SharedBytes? {
        guard decoded.count > 0 else { return nil }
        var bytes = OutputBuffer()
        swap(&bytes, &decoded)
        return SharedBytes(adopting: bytes)
    }

    private func readMore(from base: any ServerExchange) async throws(HTTP2ExchangeError) {
        guard let part = try await base.nextPart(ofAtLeast: 1) else {
            isEnded = true
            if digits.count > 0 { throw refused(Self.malformed) }
            return
        }
        digits.append(part.bytes)
        let whole = digits.count & ~3
        var rest = OutputBuffer()
        rest.append(digits.bytes.extracting(whole..<digits.count))
        swap(&rest, &digits)
        try decode(rest.bytes.extracting(0..<whole))
    }

    /// Decodes groups of four digits; one that is padded ends a piece.
    private func decode(_ text: RawSpan) throws(HTTP2ExchangeError) {
        var start = 0
        var place = 0
        while place < text.byteCount {
            place += 4
            let isPadded = text.byte(at: place - 1) == UInt8(ascii: "=")
            guard isPadded || place == text.byteCount else { continue }
            guard Base64.decode(text.extracting(start..<place), to: &decoded) else {
                throw refused(Self.malformed)
            }
            start = place
        }
    }

    private static let malformed = RPCError(
        .invalidArgument,
        "the body is not base64",
        ErrorDetails(reason: "BASE64_INVALID")
    )

    private func refused(_ error: RPCError) -> HTTP2ExchangeError {
        fault = error
        return .meaningless
    }
}
