internal import HTTP2
internal import Net
internal import RPC
internal import Wire

/// Reads a body of any length as the bytes of many messages: what path and query say stands in the
/// first of them.
final class UploadReader: RequestReader {
    private let request: BoundRequest
    private let field: FieldPath
    private let limit: Int
    private var count = 0
    private var hasBegun = false
    private(set) var fault: RPCError?

    /// The most bytes that one message holds.
    private static let pieceBytes = 64 << 10

    /// - Parameters:
    ///   - request: what path and query say.
    ///   - field: the field of each message that has the bytes.
    ///   - limit: the most bytes of the body.
    init(_ request: BoundRequest, into field: FieldPath, upTo limit: Int) {
        self.request = request
        self.field = field
        self.limit = limit
    }

    func isComplete(_ base: any ServerExchange) -> Bool { false }

    func collect(from base: any ServerExchange) async throws(HTTP2ExchangeError) {}

    func take(from base: any ServerExchange) throws(HTTP2ExchangeError) -> SharedBytes {
        throw .meaningless
    }

    func nextPart(
        from base: any ServerExchange,
        ofAtLeast least: Int
    ) async throws(HTTP2ExchangeError) -> SharedBytes? {
        guard let part = try await base.nextPart(ofAtLeast: 1) else {
            // A body without bytes is still an upload of what path and query name.
            return hasBegun ? nil : try frames(of: SharedBytes([]))
        }
        count += part.count
        guard count <= limit else { throw refused(.bodyTooLarge(limit: limit)) }
        return try frames(of: part)
    }

    func putBack(_ bytes: SharedBytes, to base: any ServerExchange) {
        assertionFailure("frames are given as a whole: nothing is left of them")
    }

    private func frames(of part: SharedBytes) throws(HTTP2ExchangeError) -> SharedBytes {
        var frames = OutputBuffer(minimumCapacity: part.count + 64)
        var start = 0
        repeat {
            let end = min(start + Self.pieceBytes, part.count)
            var message = OutputBuffer()
            if !hasBegun {
                hasBegun = true
                do throws(CodecError) {
                    try request.appendParameters(to: &message)
                } catch {
                    throw refused(.malformed(error))
                }
            }
            field.append(bytes: part.bytes.extracting(start..<end), to: &message)
            MessageFrame.appendPrefix(isCompressed: false, count: message.count, to: &frames)
            frames.append(message.bytes)
            start = end
        } while start < part.count
        return SharedBytes(adopting: frames)
    }

    private func refused(_ error: RPCError) -> HTTP2ExchangeError {
        fault = error
        return .meaningless
    }
}
