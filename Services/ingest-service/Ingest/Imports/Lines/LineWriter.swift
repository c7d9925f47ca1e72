internal import Files
internal import Messages
internal import Net
internal import Postgres
internal import RPC
internal import Taxonomy
internal import Telemetry
internal import Tenancy

/// Writes what was read in rows of a file, by way of the same writers that calls have.
struct LineWriter: Sendable {
    let plan: FilePlan
    let described: IngestV1.ImportPlan
    let id: PostgresUUID
    /// What events have as their origin.
    let source: String
    let catalogue: TenantCatalogue
    let series: SeriesWriter
    let offload: WorkerPool?
    private let forgotten: ForgottenCatalogue
    private let paths = PathStore()
    private let channelStore = ChannelStore()
    private let made = Locked(0)
    /// Whether some of the events written last were known.
    private let hadKnown = Locked(false)

    /// How many channels a file makes: a column of many names is none of channels.
    private static let mostMade = 100

    /// For an import whose file has been understood.
    ///
    /// - Parameters:
    ///   - record: the import.
    ///   - parts: what imports are done with.
    /// - Throws: FAILED_PRECONDITION if it has no plan.
    init(_ record: ImportRecord, _ parts: ImportParts) throws(RPCError) {
        guard let described = record.plan, let plan = FilePlan(described) else {
            throw RPCError(.failedPrecondition, "import \(record.id) has no plan to be read by")
        }
        self.plan = plan
        self.described = described
        id = record.id
        source = record.source
        catalogue = parts.catalogue
        series = parts.series
        offload = parts.offload
        forgotten = parts.forgotten
    }

    /// What rows are called in the quarantine.
    var kind: RowKind {
        switch plan.kind {
        case .events, .ga4: .event
        case .paths: .path
        case .spend: .spend
        case .kpi: .kpi
        case .covariates, .holidays: .covariate
        case .mixModel: .mixModel
        }
    }

    // MARK: Before

    /// Has the columns of a wide table belong to channels, which are made if there are none.
    ///
    /// - Parameters:
    ///   - file: what it is called.
    ///   - importer: who imports it: columns stay as they are if the mapping is not theirs to put.
    ///   - scope: the tenant's.
    /// - Returns: the headers of those whose spend is of no channel all the same.
    /// - Throws: what a store throws.
    func nameColumns(
        of file: String,
        by importer: TenantContext,
        in scope: TenantScope
    ) async throws -> [String] {
        let columns = ColumnChannels()
        if described.unknownChannels != .reject,
            importer.scopes.firstMissing(of: ColumnChannels.needed) == nil
        {
            let unknown = try await columns.unknown(plan, in: scope)
            try await map(unknown, of: file, by: importer, in: scope)
        }
        return try await columns.unmapped(plan, in: scope)
    }

    private func map(
        _ unknown: [FilePlan.Column],
        of file: String,
        by importer: TenantContext,
        in scope: TenantScope
    ) async throws {
        if unknown.isEmpty { return }
        try await makeChannels(named: unknown.map(\.name), in: scope)
        let channels = ImportChannels(numbers: try await catalogue.newest(in: scope).channels)
        let actor = importer.actor.description
        try await ColumnChannels().map(unknown, to: channels, of: file, by: actor, in: scope)
    }

    /// Makes the channels that rows name and that there are not.
    ///
    /// - Parameters:
    ///   - rows: what was read.
    ///   - scope: the tenant's.
    /// - Throws: what a store throws; not that there is no room for more, or that the file has made
    ///   too many: rows say so then.
    func makeChannels(of rows: [FileRow], in scope: TenantScope) async throws {
        guard described.unknownChannels != .reject else { return }
        try await makeChannels(named: rows.compactMap(\.channel), in: scope)
    }

    private func makeChannels(named all: [String], in scope: TenantScope) async throws {
        var seen: Set<String> = []
        let names = all.filter { seen.insert($0).inserted }
        if names.isEmpty { return }
        let known = ImportChannels(numbers: try await catalogue.knowledge(in: scope).channels)
        let unknown = known.unknown(among: names)
        if unknown.isEmpty { return }
        for (name, slug) in unknown {
            guard made.withLock({ $0 }) < Self.mostMade else { break }
            var message = IngestV1.Channel()
            message.slug = slug.description
            message.label = String(name.prefix(100))
            do {
                _ = try await channelStore.create(try Channel(message), in: scope)
                made.withLock { $0 += 1 }
            } catch let error as RPCError where error.code == .alreadyExists {
                continue
            } catch let error as RPCError where error.code == .resourceExhausted {
                break
            }
        }
        catalogue.forget(scope.tenant)
    }

    /// Rows that are ready to be written.
    struct Prepared: Sendable {
        fileprivate let rows: [(record: Int, row: FileRow)]
        /// What is to be written of rows of events.
        fileprivate let events: Events?

        fileprivate enum Events {
            case ready(EventTransaction.Prepared)
            /// They are read in the transaction, which asks by its own connection who is forgotten.
            case unread(EventTransaction.Reading)
        }
    }

    /// Makes of rows what can be made of them before the transaction that writes them.
    ///
    /// - Parameters:
    ///   - rows: what was read, each with its number.
    ///   - now: when the file came.
    ///   - transaction: the one that writes them, if it has begun.
    ///   - scope: the tenant's.
    /// - Returns: what ``write(_:in:_:)`` writes.
    /// - Throws: only what fails all of them.
    func prepare(
        _ rows: [(record: Int, row: FileRow)],
        now: UTCTimestamp,
        in transaction: PostgresTransaction? = nil,
        _ scope: TenantScope
    ) async throws -> Prepared {
        let events = rows.compactMap { _, row in
            if case .event(let event) = row { event } else { nil }
        }
        if events.isEmpty { return Prepared(rows: rows, events: nil) }
        let times = try await times(of: events, in: transaction, scope)
        let (plan, source, offload) = (plan, source, offload)
        let currency = scope.entry.settings.currency
        let read: EventTransaction.Reading = { tenant in
            let channels = ImportChannels(numbers: tenant.channels)
            let lines = EventLines(plan, currency: currency, channels: channels)
            let reader = EventReader(tenant, origin: source, hasFixedTimes: false, now: now)
            return try await offload.runBeside {
                zip(events, times).map { event, time in
                    Result { () throws(RowFault) in
                        try reader.row(lines.event(event, at: time))
                    }
                }
            }
        }
        if transaction != nil { return Prepared(rows: rows, events: .unread(read)) }
        let prepared = try await EventTransaction(catalogue: catalogue)
            .prepare(forgotten, offload, in: scope, read)
        return Prepared(rows: rows, events: .ready(prepared))
    }

    /// When events happened, in microseconds since 1970 in UTC: times that name no zone are of the
    /// plan's, as the database knows it.
    private func times(
        of events: [FileEvent],
        in transaction: PostgresTransaction?,
        _ scope: TenantScope
    ) async throws -> [Int] {
        let places = events.indices.filter { events[$0].time.offsetSeconds == nil }
        var times = events.map(\.time.microseconds)
        if places.isEmpty { return times }
        let zone = described.timeZone.isEmpty ? scope.entry.settings.timeZone : described.timeZone
        let given = places.map { Int64(times[$0]) }
        let moved =
            if let transaction {
                try await transaction.query(.placeTimes, given, zone)
            } else {
                try await scope.read(.placeTimes, given, zone)
            }
        for (place, row) in zip(places, moved) {
            let microseconds = try row.read(Int64.self)
            times[place] = Int(microseconds)
        }
        return times
    }

    // MARK: Writing

    /// Writes rows as a part of a transaction.
    ///
    /// - Parameters:
    ///   - prepared: what was made of them.
    ///   - transaction: the tenant's.
    ///   - scope: the same tenant.
    /// - Returns: what became of each.
    /// - Throws: only what fails all of them.
    func write(
        _ prepared: Prepared,
        in transaction: PostgresTransaction,
        _ scope: TenantScope
    ) async throws -> [RowOutcome] {
        if prepared.rows.isEmpty { return [] }
        switch plan.kind {
        case .events, .ga4: return try await writeEvents(prepared, in: transaction, scope)
        case .paths: return try await writePaths(prepared.rows, in: transaction)
        case .spend, .kpi, .covariates, .mixModel, .holidays:
            return try await writeSeries(prepared.rows, in: transaction, scope)
        }
    }

    private func writeEvents(
        _ prepared: Prepared,
        in transaction: PostgresTransaction,
        _ scope: TenantScope
    ) async throws -> [RowOutcome] {
        let events = EventTransaction(catalogue: catalogue)
        let written: EventTransaction.Written
        switch prepared.events {
        case nil: return []
        case .ready(let ready):
            written = try await events.write(
                ready,
                forgotten,
                mayBeKnown: hadKnown.withLock { $0 },
                in: transaction,
                scope
            )
            hadKnown.withLock { hadKnown in
                hadKnown = written.outcomes.contains {
                    if case .duplicate = $0 { true } else { false }
                }
            }
        case .unread(let read): written = try await events.write(in: transaction, scope, read)
        }
        try await transaction.query(.noteCommit, id, written.token)
        return written.outcomes
    }

    private func writePaths(
        _ rows: [(record: Int, row: FileRow)],
        in transaction: PostgresTransaction
    ) async throws -> [RowOutcome] {
        var outcomes = [RowOutcome](repeating: .duplicate, count: rows.count)
        var good: [(record: Int, journeys: FileJourneys)] = []
        for (place, (record, row)) in rows.enumerated() {
            guard case .path(let journeys) = row else { continue }
            if let fault = PathStore.fault(of: journeys) {
                outcomes[place] = .rejected(fault)
            } else {
                good.append((record, journeys))
            }
        }
        let new = try await paths.insert(good, of: id, in: transaction)
        for (place, (record, _)) in rows.enumerated() where new.contains(record) {
            outcomes[place] = .accepted
        }
        return outcomes
    }

    private func writeSeries(
        _ rows: [(record: Int, row: FileRow)],
        in transaction: PostgresTransaction,
        _ scope: TenantScope
    ) async throws -> [RowOutcome] {
        let tenant = try await catalogue.knowledge(in: scope)
        var lines = SeriesLines(
            plan,
            currency: scope.entry.settings.currency,
            channels: ImportChannels(numbers: tenant.channels)
        )
        for (place, (_, row)) in rows.enumerated() {
            switch row {
            case .spend(let spend): lines.add(spend, at: place)
            case .series(let series): lines.add(series, at: place)
            case .holiday(let holiday): lines.add(holiday, at: place)
            case .event, .path: continue
            }
        }
        var outcomes = [RowOutcome](repeating: .duplicate, count: rows.count)
        func write<Row: SeriesRow>(
            _ made: SeriesLines.Made<Row.Source>,
            as type: Row.Type
        ) async throws where Row.Source: Sendable {
            if made.rows.isEmpty { return }
            let result = try await series.write(made.rows, as: type, in: transaction, scope)
            for (place, outcome) in zip(made.places, result.outcomes) {
                outcomes[place] = outcomes[place].joined(with: outcome)
            }
        }
        try await write(lines.spend, as: SpendRow.self)
        try await write(lines.kpi, as: KpiRow.self)
        try await write(lines.covariates, as: CovariateRow.self)
        return outcomes
    }
}

extension RowOutcome {
    /// What became of a row of a table of which several were made: the first fault counts most,
    /// then what changed something.
    fileprivate func joined(with other: RowOutcome) -> RowOutcome {
        switch (self, other) {
        case (.rejected, _): self
        case (_, .rejected): other
        case (.corrected, _), (_, .corrected): .corrected
        case (.accepted, _), (_, .accepted): .accepted
        case (.duplicate, .duplicate): .duplicate
        }
    }
}

extension FileRow {
    /// The channel that it names.
    fileprivate var channel: String? {
        switch self {
        case .event(let event): event.channel
        case .spend(let spend): spend.channel
        case .path, .series, .holiday: nil
        }
    }
}

extension Statement {
    fileprivate static let noteCommit = Statement(
        "ingest.note_import_commit",
        """
        insert into import_commits (import_id, commit_id)
        select $1, commit_id from event_commits where token = $2
        """
    )
    fileprivate static let placeTimes = Statement(
        "ingest.place_times",
        """
        select (extract(epoch from
            (timestamp 'epoch' + given.time * interval '1 microsecond') at time zone $2
        ) * 1000000)::bigint
        from unnest($1::bigint[]) with ordinality as given (time, place)
        order by given.place
        """
    )
}
