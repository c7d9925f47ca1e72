internal import CZstd

/// libzstd's decompression of frames.
@safe
final class ZstdUnpacker: Unpacker, @unchecked Sendable {
    // `@unchecked`: only the decoder that made it, which cannot be copied, ever calls it.
    private let context: OpaquePointer
    private(set) var isBetweenPieces = true

    /// Windows of at most 128 MiB, as libzstd itself and RFC 8878 have it where nothing is agreed.
    private static let windowLogarithm: CInt = 27

    init() {
        // Fails only without memory.
        let made = unsafe ZSTD_createDCtx()
        guard let context = unsafe made else { preconditionFailure("zstd cannot begin") }
        unsafe self.context = context
        let status = unsafe ZSTD_DCtx_setParameter(
            context,
            ZSTD_d_windowLogMax,
            Self.windowLogarithm
        )
        precondition(ZSTD_isError(status) == 0, "zstd knows of limits to windows")
    }

    deinit { unsafe ZSTD_freeDCtx(context) }

    func unpack(
        _ source: UnsafeRawBufferPointer,
        into target: UnsafeMutableRawBufferPointer
    ) throws(UnpackingFault) -> (read: Int, written: Int) {
        if unsafe source.isEmpty && isBetweenPieces { return (0, 0) }
        // Both buffers outlive the call.
        var input = unsafe ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
        var output = unsafe ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
        let status = unsafe ZSTD_decompressStream(context, &output, &input)
        guard ZSTD_isError(status) == 0 else {
            if ZSTD_getErrorCode(status) == ZSTD_error_frameParameter_windowTooLarge {
                throw .windowTooLarge
            }
            throw unsafe .malformed(String(cString: ZSTD_getErrorName(status)), read: input.pos)
        }
        isBetweenPieces = status == 0
        return unsafe (input.pos, output.pos)
    }
}
