internal import Net
public import Wire

/// Unfolds and checks the messages of a caller, those that take long away from the loop.
@usableFromInline
struct MessageDecoder: Sendable {
    private let compression: Compression
    private let limit: Int
    /// Where messages go that take long; nil if they are decoded where they came.
    private let pool: WorkerPool?

    /// The most bytes of a message that is decoded on the loop: some 64 microseconds.
    @usableFromInline static let quickBytes = 64 << 10

    init(_ compression: Compression, limit: Int, _ pool: WorkerPool?) {
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
    @usableFromInline
    func decode<View: MessageView & ~Escapable>(
        _ frame: MessageReader.Frame
    ) async throws -> Message<View> {
        guard let pool else { return try decodeHere(frame) }
        do {
            return try await pool.run { try decodeHere(frame) }
        } catch is WorkerPoolError {
            // It takes no more work: to do it here holds back those who send it.
            return try decodeHere(frame)
        }
    }

    private func decodeHere<View: MessageView & ~Escapable>(
        _ frame: MessageReader.Frame
    ) throws -> Message<View> {
        try Message<View>(of: unfold(frame))
    }

    private func unfold(_ frame: MessageReader.Frame) throws(RPCError) -> SharedBytes {
        guard frame.isCompressed else { return frame.bytes }
        guard compression == .gzip else {
            throw RPCError(.internalError, "a message is compressed, and grpc-encoding says not")
        }
        do throws(Gzip.Fault) {
            return try Gzip.decompress(frame.bytes.bytes, limit: limit)
        } catch .tooLarge {
            throw RPCError.tooLarge(limit: limit)
        } catch {
            throw RPCError(.internalError, "a message is not compressed as gzip has it")
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
}
