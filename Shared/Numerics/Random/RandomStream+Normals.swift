extension RandomStream {
    /// Fills a vector with standard normal numbers, four pairs at a time.
    ///
    /// Marsaglia's polar method, as ``normal()``, but of whole blocks and with numbers of its own:
    /// what is left of the last four pairs is thrown away. About three times as fast.
    ///
    /// - Parameter target: `[n]`, filled.
    public mutating func fillWithNormals(_ target: inout MutableSpan<Double>) {
        // The buffer lives during the closure.
        unsafe target.withUnsafeMutableBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return }
            unsafe fillWithNormals(start, buffer.count)
        }
    }

    /// Fills memory with standard normal numbers.
    ///
    /// - Parameters:
    ///   - target: as many writable numbers as are wanted.
    ///   - count: how many.
    mutating func fillWithNormals(_ target: UnsafeMutablePointer<Double>, _ count: Int) {
        var filled = 0
        while filled < count {
            let (xs, ys, isInside) = fourPairs()
            for lane in 0..<4 where isInside[lane] {
                // Below the count, both of them.
                if filled < count { unsafe target[filled] = xs[lane] }
                if filled + 1 < count { unsafe target[filled + 1] = ys[lane] }
                filled += 2
            }
        }
    }

    /// Four pairs of normal numbers, of which those hold whose points were inside the circle.
    @inline(__always)
    private mutating func fourPairs() -> (SIMD4<Double>, SIMD4<Double>, SIMDMask<SIMD4<Int64>>) {
        let words = Philox.fourBlocks(position, stream: stream, key: seed)
        position &+= 4
        let (x, y) = (Self.symmetric(words.first), Self.symmetric(words.second))
        let squares = x * x + y * y
        let isInside = squares .< 1
        let safe = squares.replacing(with: 0.5, where: .!isInside)
        let factors = (-2 * ElementaryLanes.log(safe) / safe).squareRoot()
        return (x * factors, y * factors, isInside)
    }

    /// 2 ``uniform()`` − 1 of each word: never 0, and between −1 and 1.
    @inline(__always)
    private static func symmetric(_ words: SIMD4<UInt64>) -> SIMD4<Double> {
        2 * uniform(words) - 1
    }
}
