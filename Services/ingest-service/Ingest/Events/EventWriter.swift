internal import Net
internal import Postgres
internal import RPC
internal import Tenancy

/// Writes rows of calls by groups: those of a tenant that come while others are being written go
/// together, in one transaction.
///
/// What has been taken is written even if its caller has gone. A group whose rows the database
/// refuses is written by halves, so that only the call with the fault fails.
final class EventWriter: Sendable {
    private let database: TenantDatabase
    private let catalogue: TenantCatalogue
    private let forgotten: ForgottenCatalogue
    private let offload: WorkerPool?
    private let store = EventStore()
    private let state = Locked(State())

    /// The most rows of a group that has several calls'.
    static let mostRows = 10_000
    /// The most bytes of such a group.
    static let mostBytes = 4 << 20
    /// How many groups of a tenant are on their way at once.
    private static let mostFlights = 2
    /// What may wait of one tenant, and of all.
    private static let mostWaiting = (tenant: 32 << 20, all: 128 << 20)
    /// How long a group has.
    private static let time = Duration.seconds(30)
    /// How often a group is tried because other rules were put, or persons forgotten, while it
    /// waited: each time someone has done so.
    private static let mostTries = 100
    /// From how many rows on a group is put together on another thread.
    private static let offloadedRows = 64

    private struct State {
        var queues: [TenantID: Queue] = [:]
        var bytes = 0
    }

    private struct Queue {
        var waiting: [Request] = []
        var bytes = 0
        var flights = 0
    }

    /// The rows of a call, and who waits for them.
    private final class Request: Sendable {
        let rows: [EventRow]
        let size: Int
        let context: TenantContext
        private let waiter: CheckedContinuation<[EventFate], any Error>

        init(
            _ rows: [EventRow],
            _ size: Int,
            _ context: TenantContext,
            _ waiter: CheckedContinuation<[EventFate], any Error>
        ) {
            self.rows = rows
            self.size = size
            self.context = context
            self.waiter = waiter
        }

        func end(_ result: Result<[EventFate], any Error>) { waiter.resume(with: result) }
    }

    init(_ database: TenantDatabase, _ catalogue: TenantCatalogue, offload: WorkerPool?) {
        self.database = database
        self.catalogue = catalogue
        forgotten = ForgottenCatalogue(catalogue)
        self.offload = offload
    }

    /// Writes rows, and waits until they are committed.
    ///
    /// - Parameters:
    ///   - rows: those of a call, at least one.
    ///   - call: whose they are.
    /// - Returns: for each row what became of it.
    /// - Throws: RESOURCE_EXHAUSTED if too much waits; or what a store throws.
    func write(_ rows: [EventRow], for call: ServerCall) async throws -> [EventFate] {
        let context = try call.tenant.context
        let size = rows.reduce(0) { $0 + $1.content.size }
        let loop = call.loop
        return try await withCheckedThrowingContinuation { waiter in
            let request = Request(rows, size, context, waiter)
            switch take(request) {
            case .refused: request.end(.failure(Self.overload))
            case .waits: break
            case .starts:
                Task(executorPreference: loop) { [self] in
                    _ = await loop.arrive()
                    await fly(context.tenant)
                }
            }
        }
    }

    private static let overload = RPCError(
        .resourceExhausted,
        "more events wait to be written than may: send these again later",
        ErrorDetails(reason: "WRITE_BACKLOG", retryAfter: .seconds(1))
    )

    // MARK: Groups

    private enum Admission {
        case refused, waits, starts
    }

    private func take(_ request: Request) -> Admission {
        state.withLock { state in
            var queue = state.queues[request.context.tenant] ?? Queue()
            // A call alone is taken however large: its size is bounded by that of a message.
            guard queue.bytes == 0 || queue.bytes + request.size <= Self.mostWaiting.tenant,
                state.bytes == 0 || state.bytes + request.size <= Self.mostWaiting.all
            else { return .refused }
            queue.waiting.append(request)
            queue.bytes += request.size
            state.bytes += request.size
            let starts = queue.flights < Self.mostFlights
            if starts { queue.flights += 1 }
            state.queues[request.context.tenant] = queue
            return starts ? .starts : .waits
        }
    }

    /// Writes what waits of a tenant until nothing does.
    private func fly(_ tenant: TenantID) async {
        while let requests = nextGroup(of: tenant) {
            await write(requests[...])
            let bytes = requests.reduce(0) { $0 + $1.size }
            state.withLock { state in
                state.bytes -= bytes
                state.queues[tenant]?.bytes -= bytes
            }
        }
    }

    /// The calls that are written next; nil, and one on its way less, if there are none.
    private func nextGroup(of tenant: TenantID) -> [Request]? {
        state.withLock { state in
            guard var queue = state.queues[tenant] else { return nil }
            var (rows, bytes) = (0, 0)
            let most = queue.waiting.firstIndex { next in
                rows += next.rows.count
                bytes += next.size
                return rows > Self.mostRows || bytes > Self.mostBytes
            }
            // One alone is written however large it is.
            let group = queue.waiting.prefix(max(1, most ?? queue.waiting.count))
            queue.waiting.removeFirst(group.count)
            if group.isEmpty { queue.flights -= 1 }
            state.queues[tenant] = queue.flights == 0 ? nil : queue
            return group.isEmpty ? nil : Array(group)
        }
    }

    // MARK: Writing

    /// Writes calls' rows, and tells each call.
    private func write(_ requests: ArraySlice<Request>) async {
        do {
            let outcomes = try await outcomes(of: requests)
            for (request, fates) in zip(requests, outcomes) { request.end(.success(fates)) }
        } catch let error as PostgresError where error.isOfValues && requests.count > 1 {
            let middle = requests.startIndex + requests.count / 2
            await write(requests[..<middle])
            await write(requests[middle...])
        } catch {
            let told = (error as? PostgresError).flatMap(Self.uncertainty) ?? error
            for request in requests { request.end(.failure(told)) }
        }
    }

    /// What callers are told of an end that nobody knows: events may be sent again, and are then
    /// told to be duplicates if they had been written.
    private static func uncertainty(_ error: PostgresError) -> RPCError? {
        guard error.kind == .outcomeUnknown else { return nil }
        return RPCError(
            .unavailable,
            "whether the events were written is not known: send the same again",
            logMessage: error.description
        )
    }

    private func outcomes(of requests: ArraySlice<Request>) async throws -> [[EventFate]] {
        guard let context = requests.first?.context else { return [] }
        var rows = requests.map(\.rows)
        let count = rows.reduce(0) { $0 + $1.count }
        let pool = count < Self.offloadedRows ? nil : offload
        let deadline = ContinuousClock.now.advanced(by: Self.time)
        let scope = try database.scope(for: context, before: deadline)
        for _ in 0..<Self.mostTries {
            // A group whose rows are all refused is written like others, which tells whether they
            // still are to be.
            let (given, forgotten) = (rows, try await forgotten.forgotten(among: rows, in: scope))
            let (group, batch) = try await pool.runBeside {
                let group = EventGroup(given, without: forgotten)
                return (group, EventStore.smallBatch(group))
            }
            if let known = try await known(group, batch, in: scope) { return group.outcomes(known) }
            // Other rules are in force than the rows were mapped by, or others are forgotten.
            self.forgotten.expire(scope.tenant)
            let tenant = try await catalogue.newest(in: scope)
            rows = try await pool.runBeside {
                try given.map { try $0.map { row in try row.mapped(by: tenant) } }
            }
        }
        throw Self.unrest
    }

    private static let unrest = RPCError(
        .unavailable,
        "other rules are put, or persons forgotten, again and again: send these events later",
        ErrorDetails(reason: "INTAKE_CHANGING", retryAfter: .seconds(1))
    )

    /// Writes a group, a second time if the first surely or perhaps did nothing; nil if other rules
    /// are in force or others are forgotten, and nothing was written.
    ///
    /// A transaction of which nobody knows may be committed later still: rows that it stored are
    /// told from those of others by the commit that they carry.
    private func known(
        _ group: EventGroup,
        _ batch: Batch?,
        in scope: TenantScope
    ) async throws -> [Int]? {
        do {
            return try await store.write(group, batch, in: scope)
        } catch let error as PostgresError where error.isRetriable {
            return try await store.write(group, batch, in: scope)
        } catch let error as PostgresError where error.kind == .outcomeUnknown {
            let known = try await store.write(group, batch, in: scope)
            return try await store.settle(group, in: scope) ?? known
        }
    }
}

extension PostgresError {
    /// Whether it is the values that the server does not take.
    fileprivate var isOfValues: Bool {
        switch kind {
        case .invalidValue: true
        case .server: sqlState?.category == "22" || sqlState?.category == "23"
        default: false
        }
    }
}
