internal import Crypto
package import Postgres
internal import Synchronization
internal import Telemetry

/// Which job: 128 bits, the first of them its time, so that jobs made later come later in indexes
/// and in lists.
///
/// Effects outside the database get it as their idempotency key: it is the same for each attempt.
/// Source: RFC 9562, §5.7 (version 7) and §6.2, method 3: the twelve bits after the milliseconds
/// are a finer part of the time.
public struct JobID: Hashable, Sendable {
    /// The same as columns have it.
    package let uuid: PostgresUUID

    /// Draws an id for a job that is made now; of two drawn by this process the second is the
    /// later one, though the clock stands still or goes back.
    public init() {
        var generator = SecureRandom()
        self.init(ticks: Self.nextTicks(), using: &generator)
    }

    /// Draws an id.
    ///
    /// - Parameters:
    ///   - ticks: when the job is made: 4,096ths of a millisecond since 1970, 60 bits.
    ///   - generator: random numbers.
    init(ticks: UInt64, using generator: inout some RandomNumberGenerator) {
        uuid = PostgresUUID(
            high: (ticks & ~0xFFF) << 4 | 0x7000 | ticks & 0xFFF,
            low: generator.next() >> 2 | 1 << 63
        )
    }

    /// Reads an id; nil for a text that is none.
    public init?(_ text: String) {
        guard let uuid = PostgresUUID(text) else { return nil }
        self.uuid = uuid
    }

    init(_ uuid: PostgresUUID) { self.uuid = uuid }

    /// The ticks of the last id that this process drew.
    private static let lastTicks = Atomic<UInt64>(0)

    private static func nextTicks() -> UInt64 {
        let (milliseconds, rest) = UTCTimestamp.nanosecondsNow.quotientAndRemainder(
            dividingBy: 1_000_000
        )
        let now = UInt64(clamping: milliseconds) << 12 | UInt64(clamping: rest) * 4_096 / 1_000_000
        var last = lastTicks.load(ordering: .relaxed)
        while true {
            let next = max(now, last + 1)
            let outcome = lastTicks.weakCompareExchange(
                expected: last,
                desired: next,
                ordering: .relaxed
            )
            if outcome.exchanged { return next }
            last = outcome.original
        }
    }
}

extension JobID: Comparable {
    /// Whether a job was made earlier, as the clocks have it of those who made them.
    public static func < (left: JobID, right: JobID) -> Bool {
        (left.uuid.high, left.uuid.low) < (right.uuid.high, right.uuid.low)
    }
}

extension JobID: CustomStringConvertible {
    /// 32 digits in five groups.
    public var description: String { uuid.description }
}
