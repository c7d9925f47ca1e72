internal import Journeys
internal import Jobs
internal import Messages
internal import Net
internal import Postgres
internal import RPC
internal import Tenancy
internal import Wire

/// An attempt at bringing timelines up to date: by the feed it finds whose events have changed, and
/// puts together everything of those persons anew, some at a time.
///
/// Whatever order changes come in, and whenever it stops, a timeline is a function of the events
/// that are there: what an attempt has done stays, and what is left to be done is written down.
struct TimelineBuildRun {
    private let run: JobRun
    private let offload: WorkerPool?
    private let feed: TimelineFeed
    private let store: TimelineBuildStore
    private let reader: PersonReader
    /// Who comes next, as far as that was read already, and whose turn it was before.
    private var ahead: (found: PersonReader.Found, after: Int64)?
    private var result = AttributionV1.TimelineBuild()
    /// When the feed was looked at last.
    private var lookedAt: PostgresTimestamp?
    /// How many ids are taken at a time.
    private var idsAtOnce: Int

    /// How many ids are taken before it is known how many events they have.
    private static let idsAtFirst = 2_000

    /// How long a look at all events, and one at some persons, may take.
    private static let patience = (all: Duration.seconds(900), some: Duration.seconds(120))

    init(_ run: JobRun, _ limits: TimelineLimits, offload: WorkerPool?) {
        self.run = run
        self.offload = offload
        store = TimelineBuildStore(limits: limits)
        feed = TimelineFeed(overused: store.overused)
        reader = PersonReader(feed: feed, store: store)
        idsAtOnce = min(limits.changes, Self.idsAtFirst)
    }

    /// Brings all timelines up to date.
    mutating func build() async throws {
        var hasMore = true
        while hasMore {
            hasMore = try await look()
            while try await makeSome() {}
        }
        let timeZone = try run.scope().entry.settings.timeZone
        try await run.transaction(within: Self.patience.some) { transaction in
            _ = try await feed.hold(in: transaction)
            try await store.prunePlaces(in: transaction)
            if let lookedAt { try await store.finish(lookedAt, timeZone, in: transaction) }
        }
        try await run.complete(result.encoded())
    }

    // MARK: What has changed

    /// Notes whose timelines are not up to date.
    ///
    /// - Returns: whether there is more in the feed.
    private mutating func look() async throws -> Bool {
        try stopIfAsked()
        let (commits, hasMore, time) = try await run.transaction(within: Self.patience.all) {
            [feed] transaction in
            var head = try await feed.hold(in: transaction)
            let rule = try await feed.rule(in: transaction).version
            if head.isNew || head.touchRule != rule {
                // What is committed meanwhile comes after this place.
                let last = try await feed.last(in: transaction)
                if let last, head.isNew { (head.xid, head.commit) = (last.xid, last.id) }
                try await feed.markAll(in: transaction)
                head.touchRule = rule
                try await feed.move(to: head, in: transaction)
                return (0, !head.isNew, head.time)
            }
            let (commits, hasMore) = try await feed.commits(after: head, in: transaction)
            if let last = commits.last {
                try await feed.mark(commits, in: transaction)
                (head.xid, head.commit) = (last.xid, last.id)
                try await feed.move(to: head, in: transaction)
            }
            return (commits.count, hasMore, head.time)
        }
        result.commits += Int64(commits)
        lookedAt = time
        return hasMore
    }

    // MARK: Persons

    /// Puts together some persons.
    ///
    /// - Returns: whether there were any.
    private mutating func makeSome() async throws -> Bool {
        try stopIfAsked()
        do {
            guard let made = try await make(idsAtOnce) else { return false }
            result.persons += Int64(made.persons)
            result.events += Int64(made.events)
            result.orderEvents += Int64(made.orderEvents)
            result.unmatchedRefunds += Int64(made.unmatchedRefunds)
            idsAtOnce = next(after: made)
            // How many are left nobody knows: others may be found to depend on these.
            run.report(0, "\(result.persons) persons, \(result.events) events")
        } catch is TimelineBuildStore.TooMuch {
            idsAtOnce = max(1, idsAtOnce / 2)
        }
        return true
    }

    /// How much was put together.
    private struct Made {
        /// Of how many ids that had changed.
        let changed: Int
        /// The number of the turn that it was.
        let turn: Int64
        let persons: Int
        let events: Int
        let orderEvents: Int
        let unmatchedRefunds: Int
    }

    /// How many ids are taken next: the more, the fewer looks at the same pages; but so few that
    /// the events are likely a third of what is held at once.
    private func next(after made: Made) -> Int {
        // They were chosen before the last of these numbers was known.
        let wanted = made.changed * (store.limits.heldEvents / 3) / max(1, made.events)
        return max(1, min(wanted, max(made.changed, idsAtOnce) * 2, store.limits.changes))
    }

    /// Puts together those that were read, or the next; and reads those after them meanwhile.
    private mutating func make(_ count: Int) async throws -> Made? {
        guard let (found, turn) = ahead else { return try await makeNext(count) }
        ahead = nil
        let own = self
        let scope = try run.scope(within: Self.patience.some)
        async let following = own.reader.readAhead(count, beside: found, in: scope)
        let made = try await run.transaction(within: Self.patience.some) { transaction -> Made? in
            let head = try await own.feed.hold(in: transaction)
            guard found.isCurrent(at: head, after: turn) else { return nil }
            try await own.store.goByIndexes(in: transaction)
            return try await own.write(found, in: transaction)
        }
        // Somebody else had a turn.
        guard let made else { return try await makeNext(count) }
        ahead = try await following.map { ($0, after: made.turn) }
        return made
    }

    /// Puts together the first of those that are to be, and reads those after them.
    private mutating func makeNext(_ count: Int) async throws -> Made? {
        let own = self
        let done = try await run.transaction(within: Self.patience.some) {
            transaction -> (made: Made, found: PersonReader.Found)? in
            _ = try await own.feed.hold(in: transaction)
            guard let found = try await own.reader.read(count, in: transaction) else { return nil }
            return (try await own.write(found, in: transaction), found)
        }
        guard let (made, found) = done else { return nil }
        let scope = try run.scope(within: Self.patience.some)
        ahead = try await reader.readAhead(count, beside: found, in: scope)
            .map { ($0, after: made.turn) }
        return made
    }

    private func write(
        _ found: PersonReader.Found,
        in transaction: PostgresTransaction
    ) async throws -> Made {
        let rule = try await feed.rule(in: transaction).rule
        var records = found.records
        // Who is too large has no timeline, whatever the orders.
        var orders = Set(records.lazy.filter { !$0.isTooLarge }.flatMap(\.orders))
        let overused = try await store.overused.among(orders, in: transaction)
        for index in records.indices { records[index].release(overused) }
        orders.subtract(overused)
        let said = try await store.statements(
            of: Array(orders),
            ofOne: found.changed.count == 1,
            in: transaction
        )
        let (known, book) = (records, OrderBook(said))
        let maker = TimelineMaker(rule: rule, orders: book, limits: store.limits)
        var made = try await offload.runBeside {
            zip(found.persons, known).compactMap { maker.make($0, of: $1) }
        }
        try await number(&made, found.places, in: transaction)
        let turn = try await store.replace(
            made,
            of: found.ids,
            gone: Self.gone(found.formerOrders, made.flatMap(\.orders)),
            in: transaction
        )
        return Made(
            changed: found.changed.count,
            turn: turn,
            persons: made.count,
            events: made.reduce(0) { $0 + $1.events },
            orderEvents: said.count,
            unmatchedRefunds: made.reduce(0) { $0 + $1.timeline.unmatchedRefunds.count }
        )
    }

    /// Gives touches the numbers by which their places are kept, where those of events stand.
    private func number(
        _ made: inout [MadeTimeline],
        _ places: [PersonEvents.Place],
        in transaction: PostgresTransaction
    ) async throws {
        // Of all places some are of events that are no touches, and are not kept.
        var isUsed = Array(repeating: false, count: places.count)
        for touch in made.lazy.flatMap(\.timeline.touches) { isUsed[Int(touch.place)] = true }
        let used = places.indices.filter { isUsed[$0] }
        let found = try await store.numbers(of: used.map { places[$0] }, in: transaction)
        var numbers = Array(repeating: Int32(0), count: places.count)
        for (place, number) in zip(used, found) { numbers[place] = number }
        for index in made.indices {
            for touch in made[index].timeline.touches.indices {
                let place = Int(made[index].timeline.touches[touch].place)
                made[index].timeline.touches[touch].place = numbers[place]
            }
        }
    }

    /// The orders that are named less often than before: who depends on them is put together anew.
    private static func gone(_ former: [String], _ now: [String]) -> [String] {
        var counts: [String: Int] = [:]
        for order in former { counts[order, default: 0] += 1 }
        for order in now { counts[order, default: 0] -= 1 }
        return counts.filter { $0.value > 0 }.map(\.key)
    }

    private func stopIfAsked() throws {
        // What is done another worker need not do again.
        if run.isStopping { throw CancellationError() }
    }
}
