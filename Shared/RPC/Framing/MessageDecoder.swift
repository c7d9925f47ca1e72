internal import Net
public import Wire

/// Unfolds and checks the messages of a peer, those that take long away from the loop.
@usableFromInline
struct MessageDecoder: Sendable {
    /// Who has sent the messages: a malformed one is the caller's fault, or the server's.
    enum Sender {
        case caller, server
    }

    private let sender: Sender
    private let compression: Compression
    private let limit: Int
    /// Where messages go that take long; nil if they are decoded where they came.
    let pool: WorkerPool?

    /// The most bytes of a message that is decoded on the loop: some 64 microseconds.
    @usableFromInline static let quickBytes = 64 << 10

    init(of sender: Sender, _ compression: Compression, limit: Int, _ pool: WorkerPool?) {
        self.sender = sender
        self.compression = compression
        self.limit = limit
        self.pool = pool
    }

    /// Whether a message needs no unfolding, and is short.
    @inlinable
    static func isQuick(_ frame: MessageReader.Frame) -> Bool {
        !frame.isCompressed && frame.bytes.count <= quickBytes
    }

    /// Decodes a message of any size.
    ///
    /// - Parameter frame: the message as it came.
    /// - Returns: the message.
    /// - Throws: ``RPCError`` if it cannot be unfolded, or is none.
    @usableFromInline
    func decode<View: MessageView & ~Escapable>(
        _ frame: MessageReader.Frame
    ) async throws -> Message<View> {
        try await pool.runBeside { try decodeHere(frame) }
    }

    /// Unfolds a message of any size, and looks no further into it.
    func unfolded(_ frame: MessageReader.Frame) async throws -> SharedBytes {
        guard frame.isCompressed else { return frame.bytes }
        return try await pool.runBeside { try frame.unfolded(compression, limit: limit) }
    }

    private func decodeHere<View: MessageView & ~Escapable>(
        _ frame: MessageReader.Frame
    ) throws(RPCError) -> Message<View> {
        let bytes = try frame.unfolded(compression, limit: limit)
        return switch sender {
        case .caller: try Message<View>(of: bytes)
        case .server: try Message<View>(answering: bytes)
        }
    }
}

extension Message where View: ~Escapable {
    /// Takes in a message that a caller has sent.
    @inlinable
    init(of bytes: SharedBytes) throws(RPCError) {
        do throws(CodecError) {
            try self.init(bytes)
        } catch {
            throw .malformed(error, View.schema)
        }
    }

    /// Takes in a message that a server has sent.
    @inlinable
    init(answering bytes: SharedBytes) throws(RPCError) {
        do throws(CodecError) {
            try self.init(bytes)
        } catch {
            throw .malformedAnswer(error, View.schema)
        }
    }
}
