internal import CZlib

/// zlib's inflation of members of gzip.
@safe
final class GzipUnpacker: Unpacker, @unchecked Sendable {
    // `@unchecked`: only the decoder that made it, which cannot be copied, ever calls it. zlib
    // keeps a pointer back to the stream, so that this has to stay where it is.
    private let stream: UnsafeMutablePointer<z_stream>
    private(set) var isBetweenPieces = true
    private var needsReset = false

    /// 15 bits of window, and 16 for the frame of gzip.
    private static let windowBits: CInt = 15 + 16

    init() {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        // Fails only without memory, or if the library does not fit its header.
        let status = unsafe sextant_inflate_init(stream, Self.windowBits)
        precondition(status == Z_OK, "zlib cannot begin: \(status)")
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    func unpack(
        _ source: UnsafeRawBufferPointer,
        into target: UnsafeMutableRawBufferPointer
    ) throws(UnpackingFault) -> (read: Int, written: Int) {
        if unsafe source.isEmpty && isBetweenPieces { return (0, 0) }
        if needsReset {
            unsafe inflateReset(stream)
            needsReset = false
        }
        // zlib only reads the source; it takes no `const`. Both buffers outlive the call.
        unsafe stream.pointee.next_in = UnsafeMutablePointer(
            mutating: source.baseAddress?.assumingMemoryBound(to: UInt8.self)
        )
        unsafe stream.pointee.avail_in = UInt32(source.count)
        unsafe stream.pointee.next_out = target.baseAddress?.assumingMemoryBound(to: UInt8.self)
        unsafe stream.pointee.avail_out = UInt32(target.count)
        let status = unsafe inflate(stream, Z_NO_FLUSH)
        let read = unsafe source.count - Int(stream.pointee.avail_in)
        let written = unsafe target.count - Int(stream.pointee.avail_out)
        switch status {
        case Z_STREAM_END:
            isBetweenPieces = true
            needsReset = true
        case Z_OK, Z_BUF_ERROR:
            isBetweenPieces = isBetweenPieces && read == 0
        default:
            let words = unsafe stream.pointee.msg.map { unsafe String(cString: $0) }
            throw .malformed(words ?? "zlib's error \(status)", read: read)
        }
        return (read, written)
    }
}
