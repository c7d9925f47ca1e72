internal import Postgres
internal import Tenancy

/// Reads what is known of persons whose timelines are not up to date: some at a time, or those that
/// come next while the timelines of others are written.
struct PersonReader: Sendable {
    let feed: TimelineFeed
    let store: TimelineBuildStore

    /// What was found.
    struct Found: Sendable {
        /// How far the feed had been looked at.
        fileprivate let head: TimelineFeed.Head
        /// The ids that were to be put together, in their order.
        let changed: [String]
        /// These, and all that are or were joined to them.
        let ids: [String]
        /// What the persons named who these ids were.
        let formerOrders: [String]
        /// The ids of each person that these are now.
        let persons: [[String]]
        /// What each of the persons has done.
        let records: [PersonRecord]
        /// The places that events of these have come from.
        let places: [PersonEvents.Place]

        /// How many events are held.
        fileprivate var heldEvents: Int { records.reduce(0) { $0 + $1.own.events.count } }

        /// Whether what was read before a transaction is what it would read, but for events that
        /// are still to come by the feed: nobody has looked at the feed since, or put anybody
        /// together, but those with whom it was read.
        ///
        /// - Parameters:
        ///   - head: as it is now, held.
        ///   - turn: the number of the turn of those, which may have ended after this was read.
        /// - Returns: whether it can be written.
        func isCurrent(at head: TimelineFeed.Head, after turn: Int64) -> Bool {
            self.head.isAtSamePlace(as: head) && head.turn == turn && self.head.turn >= turn - 1
        }
    }

    /// Reads some of those that are to be put together.
    ///
    /// - Parameters:
    ///   - count: how many ids at most.
    ///   - others: who is put together meanwhile; nil if nobody is.
    ///   - transaction: any; one that writes what comes of it holds the head.
    /// - Returns: what there is; nil if nothing is to be done.
    /// - Throws: `TimelineBuildStore.TooMuch`, or `PostgresError`.
    func read(
        _ count: Int,
        beside others: Found? = nil,
        in transaction: PostgresTransaction
    ) async throws -> Found? {
        try await store.goByIndexes(in: transaction)
        let head = try await feed.head(in: transaction)
        let last = others?.changed.last ?? ""
        let next = try await store.changes(count, after: last, in: transaction)
        let taken = Set(others?.ids ?? [])
        let changed = next.filter { !taken.contains($0) }
        if changed.isEmpty { return nil }
        let ids = try await store.reached(from: changed, in: transaction)
        let former = try await store.former(of: ids, in: transaction)
        let persons = try await store.persons(of: ids, in: transaction)
        var numbers: [String: Int] = [:]
        for (number, own) in persons.enumerated() {
            for id in own { numbers[id] = number }
        }
        let (records, places) = try await store.events(
            of: numbers,
            count: persons.count,
            most: max(1, store.limits.heldEvents - (others?.heldEvents ?? 0)),
            // What is read ahead can wait until there is room.
            ofOne: changed.count == 1 && others == nil,
            in: transaction
        )
        return Found(
            head: head,
            changed: changed,
            ids: ids,
            formerOrders: former.flatMap(\.orders),
            persons: persons,
            records: records,
            places: places
        )
    }

    /// Reads those that come next, while others are written.
    ///
    /// - Parameters:
    ///   - count: how many ids at most.
    ///   - others: who is written meanwhile.
    ///   - scope: the tenant's, for as long as it may take.
    /// - Returns: what there is; nil if there is nothing, more than is held at once beside the
    ///   others, or somebody whom they have to do with, and if the database refuses: then they are
    ///   read after those.
    /// - Throws: `CancellationError`.
    func readAhead(
        _ count: Int,
        beside others: Found,
        in scope: TenantScope
    ) async throws -> Found? {
        do {
            let found = try await scope.transaction(.init(isReadOnly: true)) { transaction in
                try await read(count, beside: others, in: transaction)
            }
            guard let found, Set(others.ids).isDisjoint(with: found.ids) else { return nil }
            return found
        } catch is TimelineBuildStore.TooMuch {
            return nil
        } catch is PostgresError {
            try Task.checkCancellation()
            return nil
        }
    }
}
