import TestKit
import Testing

@testable import Tenancy

@Suite("Token buckets")
struct TokenBucketTests {
    private let start = ContinuousClock.now

    @Test("give the burst at once, and then what comes back")
    func example() throws {
        let limit = try #require(QuotaLimit(10, per: .seconds(1), burst: 3))
        var bucket = TokenBucket(limit, at: start)
        for left in [2, 1, 0] {
            let decision = bucket.take(at: start)
            #expect(decision.isAllowed && decision.remaining == left && decision.limit == 3)
        }
        let refused = bucket.take(at: start)
        #expect(!refused.isAllowed && refused.retryAfter == .milliseconds(100))
        #expect(refused.resetAfter == .milliseconds(300))
        #expect(!bucket.take(at: start + .nanoseconds(99_999_999)).isAllowed)
        #expect(bucket.take(at: start + .milliseconds(100)).isAllowed)
        #expect(!bucket.isFull(at: start + .nanoseconds(399_999_999)))
        #expect(bucket.isFull(at: start + .milliseconds(400)))
    }

    @Test("say what the fields of an answer say")
    func fields() throws {
        let limit = try #require(QuotaLimit(2, per: .seconds(60)))
        var bucket = TokenBucket(limit, at: start)
        #expect(
            bucket.take(at: start).fields(of: limit).map { "\($0.name): \($0.value)" } == [
                #"ratelimit-policy: "default";q=2;w=60"#, #"ratelimit: "default";r=1;t=30"#,
            ]
        )
        _ = bucket.take(at: start)
        #expect(
            bucket.take(at: start + .milliseconds(1)).fields(of: limit, named: "calls")
                .map { "\($0.name): \($0.value)" } == [
                    #"ratelimit-policy: "calls";q=2;w=60"#, #"ratelimit: "calls";r=0;t=60"#,
                    "retry-after: 30",
                ]
        )
        // What is more than the bucket holds will never be allowed.
        let never = bucket.take(3, at: start + .seconds(600))
        #expect(!never.isAllowed && never.retryAfter == nil && never.remaining == 2)
        #expect(bucket.take(0, at: start + .seconds(600)).isAllowed)
    }

    /// The slow form: before each request there is as much as the least, over all earlier moments,
    /// of the burst and what has come back since, less what was used since.
    private struct Replay {
        let limit: QuotaLimit
        let capacity: Int128
        var used: [(moment: Int128, cost: Int128)] = []

        /// What is left at a moment, in amounts times nanoseconds of the window.
        func level(at moment: Int128) -> Int128 {
            let rate = Int128(limit.amount)
            var least = capacity
            for first in used.indices {
                let since = used[first...].reduce(0) { $0 + $1.cost }
                least = min(least, capacity + rate * (moment - used[first].moment) - since)
            }
            return least
        }
    }

    @Test(
        "allow exactly what is left, whatever the intervals",
        arguments: 0..<60 as Range<UInt64>
    )
    func replay(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let window = Int64(generator.number(in: 1_000_000...3_000_000_000))
        let limit = try #require(
            QuotaLimit(
                generator.number(in: 1...(generator.happens(onceIn: 3) ? 1_000_000 : 20)),
                per: .nanoseconds(window),
                burst: generator.number(in: 1...30)
            )
        )
        let instances = generator.number(in: 1...4)
        let unit = Int128(window) * Int128(instances)
        let capacity = Int128(max(limit.burst, instances)) * Int128(window)
        // A bucket begins with its burst; the replay begins as full as it can be.
        var replay = Replay(limit: limit, capacity: capacity)
        if capacity > Int128(limit.burst) * Int128(window) {
            replay.used.append((0, capacity - Int128(limit.burst) * Int128(window)))
        }
        var bucket = TokenBucket(limit, at: start)
        var moment: Int128 = 0
        var allowed = 0
        for _ in 0..<120 {
            let step = window / Int64(max(1, limit.amount))
            moment += Int128(generator.number(in: 0...Int(max(1, step * 2))))
            let amount = generator.number(in: 0...3)
            let level = replay.level(at: moment)
            let decision = bucket.take(
                amount,
                at: start + .nanoseconds(Int64(moment)),
                instances: instances
            )
            let cost = Int128(amount) * unit
            #expect(decision.isAllowed == (cost <= level))
            if decision.isAllowed {
                replay.used.append((moment, cost))
                allowed += amount
            }
            let left = decision.isAllowed ? level - cost : level
            #expect(Int128(decision.remaining) == left / unit)
            if let retry = decision.retryAfter {
                let nanoseconds = retry.attoseconds / 1_000_000_000
                #expect(replay.level(at: moment + nanoseconds) >= cost)
                #expect(replay.level(at: moment + nanoseconds - 1) < cost)
            }
        }
        #expect(allowed > 0)
    }

    @Test("of instances that share a limit give together what the limit says")
    func sharing() throws {
        let limit = try #require(QuotaLimit(100, per: .seconds(1), burst: 20))
        for instances in 1...6 {
            var buckets = (0..<instances).map { _ in TokenBucket(limit, at: start) }
            var allowed = 0
            for millisecond in 0..<10_000 {
                for index in buckets.indices {
                    let now = start + .milliseconds(millisecond)
                    if buckets[index].take(at: now, instances: instances).isAllowed { allowed += 1 }
                }
            }
            // The burst and ten seconds, less what fewer than a request each have left.
            let most = 20 + 999
            #expect((most - 2 * instances...most + 1).contains(allowed), "\(instances): \(allowed)")
        }
    }

    @Test("follow the number of instances from call to call")
    func scaling() throws {
        let limit = try #require(QuotaLimit(10, per: .seconds(1), burst: 10))
        var bucket = TokenBucket(limit, at: start)
        let one = bucket.take(at: start, instances: 1)
        #expect(one.remaining == 9 && one.limit == 10)
        let two = bucket.take(at: start, instances: 2)
        #expect(two.remaining == 3 && two.limit == 5)
        #expect(bucket.take(0, at: start, instances: 1).remaining == 7)
        // More instances than burst: each may still do one thing.
        let many = bucket.take(0, at: start + .seconds(10), instances: 40)
        #expect(many.limit == 1 && many.remaining == 1)
    }

    @Test("give nothing back when the clock is set back")
    func backwards() throws {
        let limit = try #require(QuotaLimit(1, per: .seconds(1)))
        var bucket = TokenBucket(limit, at: start)
        #expect(bucket.take(at: start + .seconds(5)).isAllowed)
        #expect(!bucket.take(at: start).isAllowed)
        #expect(!bucket.take(at: start + .milliseconds(5_999)).isAllowed)
        #expect(bucket.take(at: start + .seconds(6)).isAllowed)
    }

    @Test("keep what was used when the limit changes")
    func changing() throws {
        let small = try #require(QuotaLimit(10, per: .seconds(1)))
        let large = try #require(QuotaLimit(100, per: .seconds(10), burst: 100))
        var bucket = TokenBucket(small, at: start)
        #expect(bucket.take(6, at: start).remaining == 4)
        bucket.change(to: large, at: start)
        #expect(bucket.take(0, at: start).remaining == 94)
        bucket.change(to: small, at: start)
        #expect(bucket.take(0, at: start).remaining == 4)
        bucket.change(to: try #require(QuotaLimit(5, per: .seconds(1))), at: start)
        #expect(bucket.take(0, at: start).remaining == 0)
        #expect(bucket.limit.amount == 5)
    }

    @Test("of the largest limits stay exact over years")
    func extremes() throws {
        let limit = try #require(
            QuotaLimit(1_000_000_000, per: .seconds(86_400), burst: 1_000_000_000)
        )
        var bucket = TokenBucket(limit, at: start)
        #expect(bucket.take(1_000_000_000, at: start).isAllowed)
        let later = start + .seconds(86_400 * 3_650)
        #expect(bucket.take(1_000_000_000, at: later, instances: 1).remaining == 0)
        let refused = bucket.take(1, at: later)
        #expect(refused.retryAfter == .nanoseconds(86_400))
        #expect(refused.resetAfter == .seconds(86_400))
    }

    @Test(
        "have limits within bounds",
        arguments: [
            (0, 1_000, 1), (1, 0, 1), (1, 86_400_001, 1), (1, 1_000, 0),
            (1_000_000_001, 1_000, 1), (1, 1_000, 1_000_000_001), (-1, 1_000, 1),
        ]
    )
    func bounds(amount: Int, milliseconds: Int, burst: Int) {
        #expect(QuotaLimit(amount, per: .milliseconds(milliseconds), burst: burst) == nil)
    }
}
