internal import COpenSSL

extension RawSpan {
    /// Whether both hold the same bytes.
    ///
    /// How long it takes depends on how many bytes there are, and not on which they are: whoever
    /// guesses a secret cannot learn how much of a guess is right.
    ///
    /// - Parameter other: what a caller has sent, as against what we hold.
    /// - Returns: false if they are not as many, at once.
    public func isSameInConstantTime(as other: RawSpan) -> Bool {
        guard byteCount == other.byteCount else { return false }
        return unsafe withUnsafeBytes { left in
            unsafe other.withUnsafeBytes { right in
                guard let first = left.baseAddress, let second = right.baseAddress else {
                    return true
                }
                // Both are as long as the count says.
                return unsafe CRYPTO_memcmp(first, second, left.count) == 0
            }
        }
    }
}
