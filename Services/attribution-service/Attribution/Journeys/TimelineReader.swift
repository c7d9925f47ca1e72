internal import Crypto
internal import Journeys
internal import Messages
internal import Net
internal import PathModels
internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

/// Reads the journeys of stored timelines into a table of paths, a page at a time, all as of one
/// moment.
struct TimelineReader: Sendable {
    private let store: TimelineStore
    private let offload: WorkerPool?

    /// How many places touches may have: what they are called is held at once.
    static let mostPlaces = 1_000_000
    /// How many order ids that are none are told.
    private static let mostOverused = 100

    init(_ store: TimelineStore, offload: WorkerPool?) {
        self.store = store
        self.offload = offload
    }

    /// The journeys of a plan.
    ///
    /// - Parameters:
    ///   - plan: which journeys.
    ///   - detail: what is kept beside channels.
    ///   - isPartial: whether timelines are looked at that have not been made for the first time.
    ///   - scope: the tenant's.
    /// - Returns: their paths.
    /// - Throws: ``TimelinesNotMade``; FAILED_PRECONDITION if there is too much; DATA_LOSS for a
    ///   timeline that cannot be read; `JourneyFailure`; `PostgresError`.
    func paths(
        _ plan: JourneyPlan,
        _ detail: PathDetail = PathDetail(),
        isPartial: Bool,
        in scope: TenantScope
    ) async throws -> FoundPaths {
        var plan = plan
        let range = plan.selection.range
        let options = TransactionOptions(isolation: .repeatableRead, isReadOnly: true)
        return try await scope.transaction(options) { transaction in
            if !isPartial, let failure = try await TimelinesNotMade.found(in: transaction) {
                throw failure
            }
            let labels = try await store.labels(plan.grain, most: Self.mostPlaces, in: transaction)
            guard let labels else {
                throw RPCError(
                    .failedPrecondition,
                    "touches came from more than \(Self.mostPlaces) places, which are too many to "
                        + "look at: write fewer different campaigns into events"
                )
            }
            try await plan.readMargins(of: scope, in: transaction)
            let rates = try await CurrencyRates.read(
                of: plan.selection.currency,
                in: transaction
            )
            let building = Locked(
                Building(
                    JourneyTable(
                        plan.selection,
                        labels: labels,
                        isTimed: detail.isTimed,
                        mostJourneys: Int(PathReader.mostRows),
                        mostTouches: PathReader.mostTouches,
                        credited: detail.touches.map { CreditedJourneys(isNamed: $0.isNamed) },
                        rates: { rates.rate(of: $0, on: $1) }
                    )
                )
            )
            var last = ""
            while true {
                let page = try await store.timelines(in: range, after: last, in: transaction)
                if page.isEmpty { break }
                last = try await offload.runBeside {
                    try building.withLock { building in Result { try building.add(page) } }.get()
                }
                try Task.checkCancellation()
            }
            let tooLarge = try await store.tooLarge(in: range, in: transaction)
            let overused = try await OverusedOrders.all(most: Self.mostOverused, in: transaction)
            let costs = try await ChannelCosts.read(plan, of: scope, in: transaction)
            let (currentAt, isBehind) = try await store.freshness(in: transaction)
            var found = building.withLock { $0.finish(plan, tooLarge: tooLarge, costs) }
            found.report?.currentTime = currentAt.map { .init($0) }
            found.report?.isBehind = isBehind
            if let wanted = detail.touches, let journeys = building.withLock({ $0.credited }) {
                found.touches = try await FoundTouches.find(
                    wanted,
                    of: journeys,
                    plan,
                    store,
                    offload,
                    of: scope,
                    in: transaction
                )
            }
            found.report?.overusedOrders = overused
            return found
        }
    }

    /// What has been read so far.
    private struct Building: ~Copyable {
        private var table: JourneyTable
        /// Of persons and timelines in their order, wherever pages end.
        private var hash = SHA256()
        private var timeline = Timeline()

        init(_ table: JourneyTable) { self.table = table }

        /// The journeys that are kept one by one.
        var credited: CreditedJourneys? { table.credited }

        /// Adds the timelines of a page.
        ///
        /// - Returns: whose the last of them is.
        mutating func add(_ page: Rows) throws -> String {
            var last = ""
            for row in page {
                let person = try row.read(String.self, at: 0)
                let bytes = try row.read(SharedBytes.self, at: 1)
                try timeline.read(encoded: bytes, of: person)
                try table.add(timeline, of: person)
                hash.update(Array("\(person) \(bytes.count)\n".utf8).rawBytes)
                hash.update(bytes.bytes)
                last = person
            }
            return last
        }

        /// What was found; nothing may be added then.
        mutating func finish(
            _ plan: JourneyPlan,
            tooLarge: Int64,
            _ costs: ChannelCosts?
        ) -> FoundPaths {
            var last = SHA256()
            swap(&last, &hash)
            var report = AttributionV1.JourneyReport()
            let counts = table.counts
            report.selection = plan.message
            report.timelines = Int64(counts.timelines)
            report.unattributed = Int64(counts.unattributed)
            report.unattributedValue = counts.unattributedValue.double
            report.open = Int64(counts.open)
            report.shortened = Int64(counts.shortened)
            report.unconverted = counts.withoutRate.sorted { $0.key < $1.key }
                .map { currency, count in
                    var row = AttributionV1.JourneyReport.Unconverted()
                    (row.currency, row.conversions) = (currency, Int64(count))
                    return row
                }
            report.withoutMargin = counts.withoutMargin.sorted { $0.key < $1.key }
                .map { kind, count in
                    var row = AttributionV1.JourneyReport.WithoutMargin()
                    (row.kind, row.conversions) = (kind, Int64(count))
                    return row
                }
            report.censored = Int64(counts.censored)
            report.unmatchedRefunds = counts.unmatchedRefunds
                .sorted {
                    ($0.key.currency, $0.key.problem.rawValue)
                        < ($1.key.currency, $1.key.problem.rawValue)
                }
                .map { .init($0.key, $0.value) }
            report.tooLarge = tooLarge
            return FoundPaths(
                table: table.paths,
                fingerprint: "\(last.finish())",
                report: report,
                costs: costs
            )
        }
    }
}

extension AttributionV1.JourneyReport.UnmatchedRefunds {
    fileprivate init(_ key: JourneyCounts.RefundKey, _ refunds: JourneyCounts.Refunds) {
        self.init()
        (currency, problem) = (key.currency, key.problem)
        self.refunds = Int64(refunds.count)
        if !currency.isEmpty { value = Amounts.text(refunds.value.units, digits: 12) }
    }
}

extension Timeline {
    /// Reads a stored timeline in place of this one.
    ///
    /// - Parameters:
    ///   - bytes: an encoded `StoredTimeline`.
    ///   - person: whose it is.
    /// - Throws: DATA_LOSS if it is not as it was written.
    mutating func read(encoded bytes: SharedBytes, of person: String) throws(RPCError) {
        do throws(TimelineFailure) {
            try read(encoded: bytes)
        } catch {
            throw RPCError(.dataLoss, "the timeline of '\(person)' cannot be read: \(error)")
        }
    }
}
