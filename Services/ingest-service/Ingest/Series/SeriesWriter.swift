internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

/// Writes rows of series, each for itself: what is wrong with one is no matter to the others.
struct SeriesWriter: Sendable {
    let mappings: SpendMappingCatalogue
    private let quarantine = QuarantineStore()

    /// How many rows a call may bring.
    static let mostRows = 10_000
    /// How many are read before others on the loop have their turn.
    private static let share = 128

    init(_ mappings: SpendMappingCatalogue) { self.mappings = mappings }

    /// What became of rows.
    struct Result: Sendable {
        /// Of each, in order.
        var outcomes: [RowOutcome]
        /// The change that they make; nil if nothing has changed.
        var commit: Int64?
        /// The numbers that those have in the quarantine which were rejected, in order.
        var numbers: [Int64] = []
        /// What those have in common there.
        var batch: PostgresUUID?
    }

    // MARK: Writing

    /// Writes rows, and keeps those that are wrong.
    ///
    /// - Parameters:
    ///   - sources: the rows as they came.
    ///   - type: what they are.
    ///   - name: where they came from.
    ///   - scope: the tenant's.
    /// - Returns: what became of them, once it is committed.
    /// - Throws: what fails all of them.
    func write<Row: SeriesRow>(
        _ sources: [Row.Source],
        as type: Row.Type,
        from name: String,
        in scope: TenantScope
    ) async throws -> Result {
        try await scope.transaction { transaction in
            var result = try await write(sources, as: type, in: transaction, scope)
            let rejected = result.outcomes.enumerated().compactMap { index, outcome in
                if case .rejected(let fault) = outcome {
                    RejectedRow(
                        kind: Row.kind,
                        form: .protobuf(Row.Source.schema.fullName),
                        body: sources[index].encoded(),
                        fault: fault,
                        row: index
                    )
                } else {
                    RejectedRow?.none
                }
            }
            if !rejected.isEmpty {
                let batch = PostgresUUID.random()
                result.numbers = try await quarantine.add(
                    rejected,
                    from: name,
                    batch: batch,
                    in: transaction
                )
                result.batch = batch
            }
            try await IntakeTallies.add(
                result.outcomes,
                of: Row.kind,
                from: name,
                in: transaction,
                scope
            )
            return result
        }
    }

    /// Writes rows as a part of a transaction; those that are wrong are not kept.
    func write<Row: SeriesRow>(
        _ sources: [Row.Source],
        as type: Row.Type,
        in transaction: PostgresTransaction,
        _ scope: TenantScope
    ) async throws -> Result {
        try await SeriesCommit.settle(currency: scope.entry.settings.currency, in: transaction)
        let context = try await Row.context(
            for: sources,
            mappings: mappings,
            in: transaction,
            scope
        )
        let reader = RowReader(at: .now)
        var plan = WritePlan<Row>(count: sources.count)
        for (index, source) in sources.enumerated() {
            if index % Self.share == Self.share - 1 { await Task.yield() }
            do throws(RowFault) {
                plan.add(try Row(source, reader, context), at: index)
            } catch {
                plan.outcomes[index] = .rejected(error)
            }
        }
        plan.arrange()
        guard let first = plan.waves.first else { return Result(outcomes: plan.outcomes) }
        try await Row.prepare(first.map(\.row), context, in: transaction)
        let commit = try await SeriesCommit(of: .rows(Row.kind), in: transaction)
        var batch = Batch()
        for wave in plan.waves {
            Row.appendWrite(
                of: wave.map(\.row),
                changes: wave.map(\.changes),
                commit: commit.id,
                to: &batch
            )
        }
        let changed = try plan.note(try await transaction.run(batch))
        try await SeriesTally(changed).add(of: Row.kind, in: transaction)
        let id = try await commit.finish(rows: changed.count, days: Set(changed.map(\.row.day)))
        return Result(outcomes: plan.outcomes, commit: id)
    }
}
