internal import RPC
public import Telemetry
public import Tenancy
public import Wire

/// The schedules of a tenant that have one kind of job done, and nothing else.
///
/// They lie among all schedules of the tenant. What is ordered is a message of the service whose
/// workers see to it, which checks it and tells of it in words of its own.
public struct ScheduledOrders<Order: MessageValue>: Sendable {
    private let queue: JobQueue
    private let type: JobType<Order>
    private let noun: (one: String, many: String)
    private let most: Int
    private let isMeant: @Sendable (Order) -> Bool

    /// An order that is given again and again.
    public struct Standing: Sendable {
        /// What the tenant calls it.
        public let name: String
        /// What is done each time.
        public let order: Order
        /// Whether it is not done at present.
        public let isPaused: Bool
        /// When it is done next; nil while it is paused.
        public let nextAt: UTCTimestamp?
    }

    /// How many schedules are read at once.
    private static var pageCount: Int { 100 }

    /// The schedules of a kind of job.
    ///
    /// - Parameters:
    ///   - queue: where schedules are kept.
    ///   - type: the job that they have done.
    ///   - one: what callers call one of them.
    ///   - many: what callers call several.
    ///   - most: how many a tenant may have, at least 1.
    ///   - isMeant: whether an order is of those that are given again and again; the kind of job
    ///     may have others.
    public init(
        _ queue: JobQueue,
        of type: JobType<Order>,
        called one: StaticString,
        _ many: StaticString,
        atMost most: Int = 20,
        where isMeant: @escaping @Sendable (Order) -> Bool
    ) {
        self.queue = queue
        self.type = type
        self.most = most
        self.isMeant = isMeant
        noun = ("\(one)", "\(many)")
    }

    /// All of them.
    ///
    /// - Parameter scope: the tenant's.
    /// - Returns: in the order of their names.
    /// - Throws: `CodecError` if one cannot be read; what the queue throws.
    public func all(in scope: TenantScope) async throws -> [Standing] {
        var found: [Standing] = []
        var last: String? = ""
        while let name = last {
            let page = try await queue.schedules(
                of: type.queue,
                in: scope,
                after: name,
                limit: Self.pageCount
            )
            found += try page.compactMap { try standing($0) }
            last = page.count < Self.pageCount ? nil : page.last?.schedule.name
        }
        return found
    }

    /// What a schedule orders; nil if it has something else done.
    private func standing(_ stored: StoredSchedule) throws -> Standing? {
        let steps = stored.schedule.steps
        guard let step = steps.first, steps.count == 1, step.kind == type.kind,
            step.queue == type.queue
        else { return nil }
        let order = try Order(decoding: step.payload.rawBytes)
        guard isMeant(order) else { return nil }
        return Standing(
            name: stored.schedule.name,
            order: order,
            isPaused: stored.isPaused,
            nextAt: stored.isPaused ? nil : stored.nextAt
        )
    }

    private func standing(named name: String, in scope: TenantScope) async throws -> Standing? {
        // No schedule has such a name, and no text of the database this character.
        guard !name.utf8.contains(0) else { return nil }
        return try await queue.schedule(name, in: scope).flatMap { try standing($0) }
    }

    /// Makes a schedule, or changes the one of its name.
    ///
    /// - Parameters:
    ///   - order: what is done each time, in the name of the scope's actor.
    ///   - name: what the tenant calls it: 1 to 63 of `a-z`, `0-9` and `-`, a letter first.
    ///   - expression: the minutes at which it is done, by the clocks of the tenant's time zone.
    ///   - scope: the tenant's.
    /// - Returns: the schedule as it is from now on.
    /// - Throws: INVALID_ARGUMENT; ALREADY_EXISTS if the name is that of a schedule with another
    ///   kind of job; RESOURCE_EXHAUSTED if there are as many as may be; ABORTED if somebody
    ///   deletes it at the same time; what the queue throws.
    public func put(
        _ order: Order,
        named name: String,
        at expression: CronExpression,
        in scope: TenantScope
    ) async throws -> Standing {
        guard !name.utf8.contains(0) else {
            throw RPCError(.invalidArgument, "name: expected no U+0000")
        }
        if let known = try await queue.schedule(name, in: scope) {
            guard try standing(known) != nil else {
                throw RPCError(
                    .alreadyExists,
                    "name: the schedule '\(name)' does something else: use another name"
                )
            }
        } else if try await all(in: scope).count >= most {
            throw RPCError(
                .resourceExhausted,
                "there are \(most) \(noun.many), which is as many as may be: delete one"
            )
        }
        let timing = Schedule.Timing.cron(expression, timeZone: scope.entry.settings.timeZone)
        try await queue.put(Schedule(name, of: type.queue, timing, [.init(type, order)]), in: scope)
        guard let told = try await standing(named: name, in: scope) else {
            throw RPCError(.aborted, "the \(noun.one) '\(name)' was deleted meanwhile")
        }
        return told
    }

    /// Ends a schedule.
    ///
    /// - Parameters:
    ///   - name: which.
    ///   - scope: the tenant's.
    /// - Throws: NOT_FOUND if none of the kind has the name; what the queue throws.
    public func delete(_ name: String, in scope: TenantScope) async throws {
        guard try await standing(named: name, in: scope) != nil else {
            throw RPCError(.notFound, "name: there is no \(noun.one) '\(name)'")
        }
        try await queue.delete(name, in: scope)
    }
}
