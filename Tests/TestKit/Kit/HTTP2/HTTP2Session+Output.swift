public import HTTP2
public import Wire

extension HTTP2Session {
    /// Writes what is to be sent, in one piece.
    ///
    /// - Parameters:
    ///   - limit: stops once there are this many bytes.
    ///   - now: the time.
    /// - Returns: the bytes.
    public func output(limit: Int = 1 << 16, at now: ContinuousClock.Instant) -> SharedBytes {
        var chain = OutputChain()
        produce(into: &chain, limit: limit, at: now)
        var bytes = OutputBuffer(minimumCapacity: chain.count)
        chain.forEachPiece { piece in
            bytes.append(piece)
            return true
        }
        return SharedBytes(adopting: bytes)
    }
}
