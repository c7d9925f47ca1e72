internal import Wire

/// How a file's bytes are packed.
public enum FileCompression: String, CaseIterable, Sendable {
    /// Not at all.
    case none
    /// RFC 1952, any number of members.
    case gzip
    /// RFC 8878, any number of frames.
    case zstd

    /// The compression by the first bytes of a file.
    ///
    /// - Parameters:
    ///   - start: the first bytes.
    ///   - isWhole: whether there are no others.
    /// - Returns: the compression; nil if it takes more bytes to tell.
    static func of(_ start: RawSpan, isWhole: Bool) -> FileCompression? {
        let gzip: [UInt8] = [0x1F, 0x8B]
        let zstd: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]
        // Frames that are to be skipped; the low half of their first byte is anything.
        let skippable: [UInt8] = [0x50, 0x2A, 0x4D, 0x18]
        var isOpen = false
        for (magic, compression) in [
            (gzip, FileCompression.gzip), (zstd, .zstd), (skippable, .zstd),
        ] {
            let count = min(magic.count, start.byteCount)
            let isPrefix = (0..<count).allSatisfy { offset in
                let isLow = magic == skippable && offset == 0
                return start.byte(at: offset) & (isLow ? 0xF0 : 0xFF) == magic[offset]
            }
            if isPrefix && count == magic.count { return compression }
            if isPrefix { isOpen = true }
        }
        return isOpen && !isWhole ? nil : FileCompression.none
    }
}

/// Unpacks a stream piece by piece: a member of gzip or a frame of zstd is a piece.
protocol Unpacker: AnyObject, Sendable {
    /// Whether the stream may end here: what was read is whole pieces.
    var isBetweenPieces: Bool { get }

    /// Unpacks as much as there is room for, and at most to the end of a piece.
    ///
    /// - Parameters:
    ///   - source: packed bytes; read during the call only.
    ///   - target: where unpacked bytes go.
    /// - Returns: how many bytes were read and written.
    /// - Throws: ``UnpackingFault``.
    func unpack(
        _ source: UnsafeRawBufferPointer,
        into target: UnsafeMutableRawBufferPointer
    ) throws(UnpackingFault) -> (read: Int, written: Int)
}

/// Why a stream cannot be unpacked.
enum UnpackingFault: Error, Equatable {
    /// It breaks its format's rules: the library's words, and how many bytes it read before.
    case malformed(String, read: Int)
    /// It asks for more memory than it gets.
    case windowTooLarge
}
