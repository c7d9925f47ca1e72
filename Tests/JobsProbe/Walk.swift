import Jobs
import Messages
import Net
import Postgres
import Tenancy
import Wire

/// A job in parts, each of which depends on all before it: a hash over random numbers, of which
/// the next follows from the seed and a counter.
///
/// After each part a checkpoint holds the counter and the hash, and a row of `effects` tells of the
/// part; the last row, written with the end, tells of the result.
struct Walk {
    private var counter: UInt64 = 0
    private var hash: UInt64 = 0xCBF2_9CE4_8422_2325

    /// Where a walk begins.
    init() {}

    /// Where an attempt has left it; nil if no attempt can have.
    init?(_ checkpoint: SharedBytes) {
        let words = Self.words(of: checkpoint)
        guard checkpoint.count == 16, words.count == 2 else { return nil }
        (counter, hash) = (words[0], words[1])
    }

    private static func words(of bytes: SharedBytes) -> [UInt64] {
        let all = Array(copying: bytes.bytes)
        return stride(from: 0, to: all.count, by: 8).map { start in
            all[start..<min(start + 8, all.count)].reduce(0) { $0 << 8 | UInt64($1) }
        }
    }

    private static func bytes(_ words: UInt64...) -> SharedBytes {
        SharedBytes(
            words.flatMap { word in
                stride(from: 56, through: 0, by: -8).map { UInt8(truncatingIfNeeded: word >> $0) }
            }
        )
    }

    /// Draws the next number and hashes it (SplitMix64 by counter; FNV-1a by words).
    private mutating func step(seed: UInt64) {
        counter += 1
        var draw = seed &+ counter &* 0x9E37_79B9_7F4A_7C15
        draw = (draw ^ (draw >> 30)) &* 0xBF58_476D_1CE4_E5B9
        draw = (draw ^ (draw >> 27)) &* 0x94D0_49BB_1331_11EB
        hash = (hash ^ draw ^ (draw >> 31)) &* 0x0000_0100_0000_01B3
    }

    /// Does jobs whose payload is a text: seed, number of parts, milliseconds that each takes.
    static func handler(of service: ServiceName) -> JobHandler {
        var retries = JobRetryPolicy()
        // Whoever kills workers all day must not have their jobs given up.
        retries.mostCrashes = 1_000_000
        retries.mostFailures = 1_000_000
        retries.firstPause = .milliseconds(50)
        retries.longestPause = .seconds(1)
        let type = JobType<GoogleProtobuf.StringValue>("walk", of: service)
        return JobHandler(type, retries: retries) { text, run in
            let numbers = text.value.split(separator: " ").compactMap { UInt64($0) }
            guard numbers.count == 3 else {
                throw JobInterruption.discard("a walk has a seed, parts, and a pause")
            }
            try await go(run, seed: numbers[0], parts: numbers[1], pause: Int64(numbers[2]))
        }
    }

    private static func go(_ run: JobRun, seed: UInt64, parts: UInt64, pause: Int64) async throws {
        var walk = Walk()
        if let checkpoint = run.checkpoint {
            guard let left = Walk(checkpoint) else {
                throw JobInterruption.discard("the checkpoint cannot be read")
            }
            walk = left
        }
        while walk.counter < parts {
            try await run.loop.sleep(for: .milliseconds(pause))
            walk.step(seed: seed)
            let (counter, hash) = (walk.counter, walk.hash)
            try await run.save(
                checkpoint: bytes(counter, hash),
                progress: Double(counter) / Double(parts)
            ) { try await tell(run, counter, hash, in: $0) }
        }
        let (counter, hash) = (walk.counter, walk.hash)
        try await run.complete(bytes(hash)) { try await tell(run, counter + 1, hash, in: $0) }
    }

    private static let addEffect = Statement(
        "probe.add_effect",
        "insert into effects (job, part, value) values ($1, $2, $3)"
    )

    private static func tell(
        _ run: JobRun,
        _ part: UInt64,
        _ value: UInt64,
        in transaction: PostgresTransaction
    ) async throws {
        try await transaction.query(
            addEffect,
            "\(run.id)",
            Int64(bitPattern: part),
            Int64(bitPattern: value)
        )
    }
}
