internal import Wire

/// SipHash-2-4 with 128 bits (Aumasson and Bernstein, 2012): a keyed hash of short texts, whose
/// values nobody can aim at who does not have the key.
///
/// For keys of tables and the like, thirty times as fast as HMAC; it proves nothing to others.
public struct SipHash: Sendable {
    private let key: (low: UInt64, high: UInt64)

    /// How many bytes a key has.
    public static let keyCount = 16

    /// A hash by its key.
    ///
    /// - Parameter key: 16 bytes; another number gives nil.
    public init?(key: RawSpan) {
        guard key.byteCount == Self.keyCount else { return nil }
        self.key = (key.littleEndian(at: 0), key.littleEndian(at: 8))
    }

    /// The hash of a message.
    ///
    /// - Parameter message: any bytes.
    /// - Returns: the first and the last eight bytes of the hash, each as a little-endian number.
    public func hash(_ message: RawSpan) -> (UInt64, UInt64) {
        var state = State(key.low, key.high)
        var offset = 0
        while offset + 8 <= message.byteCount {
            state.take(message.littleEndian(at: offset))
            offset += 8
        }
        var last = UInt64(truncatingIfNeeded: message.byteCount) << 56
        for (place, index) in (offset..<message.byteCount).enumerated() {
            // Within the message.
            let byte = unsafe message.unsafeLoad(fromByteOffset: index, as: UInt8.self)
            last |= UInt64(byte) << UInt64(8 * place)
        }
        state.take(last)
        return state.finish()
    }

    /// The four words that a message is stirred into.
    private struct State {
        private var v0, v1, v2, v3: UInt64

        init(_ low: UInt64, _ high: UInt64) {
            v0 = low ^ 0x736f_6d65_7073_6575
            // The last byte tells that there are 128 bits to come.
            v1 = high ^ 0x646f_7261_6e64_6f6d ^ 0xee
            v2 = low ^ 0x6c79_6765_6e65_7261
            v3 = high ^ 0x7465_6462_7974_6573
        }

        mutating func take(_ word: UInt64) {
            v3 ^= word
            stir(2)
            v0 ^= word
        }

        mutating func finish() -> (UInt64, UInt64) {
            v2 ^= 0xee
            stir(4)
            let first = v0 ^ v1 ^ v2 ^ v3
            v1 ^= 0xdd
            stir(4)
            return (first, v0 ^ v1 ^ v2 ^ v3)
        }

        private mutating func stir(_ rounds: Int) {
            for _ in 0..<rounds {
                v0 &+= v1
                v1 = v1 << 13 | v1 >> 51
                v1 ^= v0
                v0 = v0 << 32 | v0 >> 32
                v2 &+= v3
                v3 = v3 << 16 | v3 >> 48
                v3 ^= v2
                v0 &+= v3
                v3 = v3 << 21 | v3 >> 43
                v3 ^= v0
                v2 &+= v1
                v1 = v1 << 17 | v1 >> 47
                v1 ^= v2
                v2 = v2 << 32 | v2 >> 32
            }
        }
    }
}

extension RawSpan {
    /// Eight bytes from an offset on, all of which there must be.
    fileprivate func littleEndian(at offset: Int) -> UInt64 {
        UInt64(littleEndian: unsafe unsafeLoadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }
}
