internal import Crypto
internal import Telemetry
internal import Wire

/// What a file is known by, whatever it is called: SHA-256 of the SHA-256 of each of its blocks.
///
/// A digest over digests, as blocks come in calls of their own and nothing holds them all.
enum ContentDigest {
    /// How many bytes a block has, but the last.
    static let blockBytes = 1 << 20

    /// The digest of a block.
    static func of(_ block: RawSpan) -> SharedBytes {
        var hash = SHA256()
        hash.update(block)
        return SharedBytes(hash.finish().bytes)
    }

    /// The digest of a file.
    ///
    /// - Parameter digests: those of its blocks, in order.
    /// - Returns: SHA-256 of all of them.
    static func of(_ digests: [SharedBytes]) -> SharedBytes {
        var hash = SHA256()
        for digest in digests { hash.update(digest.bytes) }
        return SharedBytes(hash.finish().bytes)
    }

    /// The digits of a digest.
    static func text(_ digest: SharedBytes) -> String {
        Hexadecimal.text(of: Array(copying: digest.bytes))
    }
}
