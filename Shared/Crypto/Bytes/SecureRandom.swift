internal import COpenSSL

/// Random bits that nobody can guess, from OpenSSL's generator, which the system seeds.
///
/// Without randomness there is no safe way on, so a failure stops the process; OpenSSL knows none
/// once the system has started.
public struct SecureRandom: RandomNumberGenerator, Sendable {
    /// A generator; all draw from the same source.
    public init() {}

    /// 64 random bits.
    public func next() -> UInt64 {
        var bits: UInt64 = 0
        unsafe withUnsafeMutableBytes(of: &bits) { unsafe Self.fill($0) }
        return bits
    }

    /// Draws bytes.
    ///
    /// - Parameter count: how many, not below zero.
    /// - Returns: the bytes.
    public static func bytes(_ count: Int) -> [UInt8] {
        unsafe [UInt8](unsafeUninitializedCapacity: count) { buffer, initialized in
            // The capacity may be larger than what was asked for.
            unsafe fill(UnsafeMutableRawBufferPointer(start: buffer.baseAddress, count: count))
            initialized = count
        }
    }

    static func fill(_ memory: UnsafeMutableRawBufferPointer) {
        guard let start = memory.baseAddress, memory.count > 0 else { return }
        let status = unsafe RAND_bytes(
            start.assumingMemoryBound(to: UInt8.self),
            Int32(memory.count)
        )
        precondition(status == 1, "the system gives no random numbers")
    }
}
