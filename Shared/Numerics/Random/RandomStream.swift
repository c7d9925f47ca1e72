/// Random numbers that a seed and the number of a stream decide, on every machine the same.
///
/// Streams of one seed are independent of each other: chains, replicates and draws take one each.
/// A stream has 2⁶⁴ blocks of 128 bits; its state is a value that can be saved and restored.
public struct RandomStream: RandomNumberGenerator, Equatable, Sendable {
    /// What the numbers come from, beside the stream.
    public let seed: UInt64
    /// Which of the seed's streams.
    public let stream: UInt64
    /// How many blocks have been used.
    var position: UInt64
    /// The second half of the last block, if it has not been used.
    private(set) var spare: UInt64?
    /// The second of the last pair of normal numbers, if it has not been used.
    private(set) var spareNormal: Double?

    /// Starts a stream.
    ///
    /// - Parameters:
    ///   - seed: any number.
    ///   - stream: any number.
    public init(seed: UInt64, stream: UInt64 = 0) {
        self.init(seed: seed, stream: stream, position: 0, spare: nil, spareNormal: nil)
    }

    /// Starts at one of a stream's blocks, which has two words of 64 bits.
    ///
    /// - Parameters:
    ///   - seed: any number.
    ///   - stream: any number.
    ///   - position: how many blocks are left out.
    public init(seed: UInt64, stream: UInt64, position: UInt64) {
        self.init(seed: seed, stream: stream, position: position, spare: nil, spareNormal: nil)
    }

    init(seed: UInt64, stream: UInt64, position: UInt64, spare: UInt64?, spareNormal: Double?) {
        self.seed = seed
        self.stream = stream
        self.position = position
        self.spare = spare
        self.spareNormal = spareNormal
    }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        if let word = spare {
            spare = nil
            return word
        }
        let block = Philox.block(
            SIMD4(Self.low(position), Self.high(position), Self.low(stream), Self.high(stream)),
            key: SIMD2(Self.low(seed), Self.high(seed))
        )
        position &+= 1
        spare = UInt64(block[3]) << 32 | UInt64(block[2])
        return UInt64(block[1]) << 32 | UInt64(block[0])
    }

    private static func low(_ word: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: word) }

    private static func high(_ word: UInt64) -> UInt32 { UInt32(truncatingIfNeeded: word >> 32) }
}

extension RandomStream {
    /// A number between 0 and 1, neither of them among it: one of 2⁵² at equal distances.
    ///
    /// Of one bit more the half would round away, and the highest number be 1.
    public mutating func uniform() -> Double {
        (Double(next() >> 12) + 0.5) * 0x1p-52
    }

    /// The first two uniform numbers of four streams, each from one of its blocks on.
    ///
    /// - Parameters:
    ///   - seed: any number.
    ///   - streams: any four numbers.
    ///   - positions: how many blocks of each are left out.
    /// - Returns: for each stream what ``uniform()`` gives first, and then.
    public static func uniforms(
        seed: UInt64,
        streams: SIMD4<UInt64>,
        positions: SIMD4<UInt64>
    ) -> (first: SIMD4<Double>, second: SIMD4<Double>) {
        let words = Philox.fourBlocks(positions, streams: streams, key: seed)
        return (uniform(words.first), uniform(words.second))
    }

    /// ``uniform()`` of each word.
    @inline(__always)
    static func uniform(_ words: SIMD4<UInt64>) -> SIMD4<Double> {
        // 52 bits as those of a number from 1 to 2; what follows is exact.
        let bits = (words &>> 12) | SIMD4(repeating: 0x3ff0_0000_0000_0000)
        // Both are 32 bytes without padding.
        return (unsafe unsafeBitCast(bits, to: SIMD4<Double>.self) - 1) + 0x1p-53
    }

    /// A standard normal number, by Marsaglia's polar method (SIAM Review 6, 1964).
    public mutating func normal() -> Double {
        if let number = spareNormal {
            spareNormal = nil
            return number
        }
        while true {
            let x = 2 * uniform() - 1
            let y = 2 * uniform() - 1
            let square = x * x + y * y
            guard square < 1, square > 0 else { continue }
            let factor = (-2 * Elementary.log(square) / square).squareRoot()
            spareNormal = y * factor
            return x * factor
        }
    }

    /// An exponential number of mean 1.
    public mutating func exponential() -> Double {
        -Elementary.log(uniform())
    }

    /// A gamma number of scale 1, by Marsaglia and Tsang (ACM TOMS 26, 2000).
    ///
    /// - Parameter shape: positive and finite.
    /// - Returns: a number that is not negative; for shapes below 0.01 it may round to 0.
    public mutating func gamma(shape: Double) -> Double {
        Elementary.exp(logGamma(shape: shape))
    }

    /// The logarithm of a gamma number of scale 1, which no small shape rounds to −∞.
    ///
    /// - Parameter shape: positive and finite.
    /// - Returns: a finite number; of shapes below 10⁻³⁰⁶ it may be the lowest there is.
    public mutating func logGamma(shape: Double) -> Double {
        precondition(shape > 0 && shape < .infinity, "a shape is positive")
        // Below 1 by one more, times a power of a uniform number.
        if shape < 1 {
            let larger = logGamma(shape: shape + 1)
            return max(
                larger + Elementary.log(uniform()) / shape,
                -Double.greatestFiniteMagnitude
            )
        }
        let d = shape - 1.0 / 3
        let c = 1 / (9 * d).squareRoot()
        while true {
            let x = normal()
            let root = 1 + c * x
            guard root > 0 else { continue }
            let cube = root * root * root
            let logCube = Elementary.log(cube)
            if Elementary.log(uniform()) < 0.5 * x * x + d - d * cube + d * logCube {
                return Elementary.log(d) + logCube
            }
        }
    }

    /// A whole number from 0 to one less than a bound, each as likely, by rejection.
    ///
    /// - Parameter bound: positive.
    /// - Returns: a number below it.
    public mutating func integer(below bound: Int) -> Int {
        precondition(bound > 0, "there is no such number")
        return Int(next(upperBound: UInt64(bound)))
    }
}
