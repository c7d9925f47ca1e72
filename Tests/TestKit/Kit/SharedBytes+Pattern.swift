public import Wire

extension SharedBytes {
    /// Bytes that are easy to tell apart: one lost or swapped shows.
    public static func pattern(_ count: Int) -> SharedBytes {
        SharedBytes((0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) })
    }
}
