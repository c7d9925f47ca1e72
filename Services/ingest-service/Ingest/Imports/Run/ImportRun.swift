internal import Files
internal import Jobs
internal import Messages
internal import Net
internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

/// An attempt at an import: it goes on behind the rows whose fate an attempt before it has noted.
///
/// Rows are written in the transaction that notes how far the file has been read, so that each has
/// one fate whatever happens to the worker.
struct ImportRun: Sendable {
    private let run: JobRun
    private let id: PostgresUUID
    private let parts: ImportParts
    private let store = ImportStore()
    private let blocks = ImportBlocks()
    private let quarantine = QuarantineStore()
    private let forgotten = ForgottenStore()

    /// How long a transaction may take.
    private static let limit = Duration.seconds(120)
    /// How many columns without a channel are told of.
    private static let mostColumns = 50

    /// An attempt.
    ///
    /// - Parameters:
    ///   - request: which import.
    ///   - run: the attempt.
    ///   - parts: what imports are done with.
    /// - Throws: `JobInterruption` if the request names no import.
    init(
        _ request: IngestV1.GetImportRequest,
        _ run: JobRun,
        _ parts: ImportParts
    ) throws(JobInterruption) {
        guard let id = PostgresUUID(request.importID) else {
            throw .discard("'\(request.importID.prefix(40))' is no id of an import")
        }
        self.id = id
        self.run = run
        self.parts = parts
    }

    /// Reads the file to its end, and forgets its bytes.
    func finish() async throws {
        let record = try await store.record(id, in: run.scope())
        if record.state == .running { try await read(record) }
        while try await run.transaction(
            within: Self.limit,
            { transaction in
                try await blocks.remove(of: id, in: transaction)
            }
        ) {}
        let keys = try await parts.catalogue.knowledge(in: run.scope()).keys
        try await run.transaction(within: Self.limit) { transaction in
            try await ImportExcerpts.removeForgotten(of: id, keys, in: transaction)
        }
        try await run.complete()
    }

    // MARK: Reading

    private func read(_ record: ImportRecord) async throws {
        let writer = try LineWriter(record, parts)
        let unmapped = try await writer.nameColumns(
            of: record.name,
            by: run.context,
            in: run.scope(within: Self.limit)
        )
        let start = Checkpoint(text: record.checkpoint)
        let reader = FileLinesReader(
            writer.plan,
            now: record.createTime,
            rowsAtOnce: parts.rowsAtOnce,
            from: start
        )
        let source = BlockSource(blocks, of: id, from: start?.sentOffset ?? 0)
        var checkpoint = record.checkpoint
        var next = try await piece(of: reader, source, writer, record)
        while case .full = next.lines.stop {
            let piece = next
            // The next are read, and made ready, while these are written.
            async let following = self.piece(of: reader, source, writer, record)
            let after = try await write(piece, by: writer, of: record, from: checkpoint, unmapped)
            guard let after else { return }
            checkpoint = after
            next = try await following
        }
        _ = try await write(next, by: writer, of: record, from: checkpoint, unmapped)
    }

    /// Rows that are written together.
    private struct Piece: Sendable {
        let lines: FileLines
        let rows: LineWriter.Prepared
    }

    /// The next rows, ready to be written.
    private func piece(
        of reader: FileLinesReader,
        _ source: BlockSource,
        _ writer: LineWriter,
        _ record: ImportRecord
    ) async throws -> Piece {
        let lines = try await lines(of: reader, source)
        let read = lines.lines.compactMap { line in
            (try? line.content.get()).map { (record: line.record, row: $0) }
        }
        let scope = try run.scope(within: Self.limit)
        try await writer.makeChannels(of: read.map(\.row), in: scope)
        let rows = try await writer.prepare(read, now: record.createTime, scope)
        return Piece(lines: lines, rows: rows)
    }

    /// The next rows: as many as are written together, unless the file ends or breaks before.
    private func lines(
        of reader: FileLinesReader,
        _ source: BlockSource
    ) async throws -> FileLines {
        var lines = FileLines()
        while true {
            let before = lines
            lines = try await parts.offload.runBeside { reader.read(on: before) }
            guard case .starved = lines.stop else { return lines }
            guard !run.isStopping else { throw CancellationError() }
            if let bytes = try await source.next(in: run.scope(within: Self.limit)) {
                reader.append(bytes)
            } else {
                reader.finish()
            }
        }
    }

    /// Writes rows, and notes how far the file has been read.
    ///
    /// - Returns: the checkpoint behind them; nil if the import no longer runs.
    private func write(
        _ piece: Piece,
        by writer: LineWriter,
        of record: ImportRecord,
        from before: String,
        _ unmapped: [String]
    ) async throws -> String? {
        let lines = piece.lines
        let after = lines.checkpoint?.text ?? before
        let isRunning = try await run.transaction(within: Self.limit) { transaction in
            // First, so that whoever cancels waits, and is told what really was written.
            let current = try await store.lock(id, in: transaction)
            guard current.state == .running, current.checkpoint == before else { return false }
            let fates = try await writer.write(
                piece.rows,
                in: transaction,
                run.scope(within: Self.limit)
            )
            var counts = ImportRecord.Counts()
            counts.passed = Int64(lines.passed)
            let outcomes = try await told(lines, fates, writer.kind, in: transaction)
            for outcome in outcomes { counts.note(outcome) }
            let rejected = Self.rejected(lines, outcomes, kind: writer.kind)
            for part in rejected.parts(ofBytes: 8 << 20) {
                _ = try await quarantine.add(
                    Array(part),
                    from: record.source,
                    batch: id,
                    in: transaction
                )
            }
            let isNoted = try await store.advance(
                id,
                from: before,
                to: after,
                processed: lines.sentOffset,
                counts,
                in: transaction
            )
            try await IntakeTallies.add(
                outcomes,
                of: writer.kind,
                from: record.source,
                in: transaction,
                run.scope()
            )
            guard isNoted else {
                throw RPCError.fault("import \(id) has moved while it was locked")
            }
            let isGivenUp = current.counts.adding(counts).areMostlyRejected
            try await end(
                lines.stop,
                current,
                unmapped: unmapped,
                isGivenUp: isGivenUp,
                in: transaction
            )
            return !isGivenUp
        }
        let total = Double(max(record.receivedBytes, 1))
        run.report(Double(lines.sentOffset) / total, "\(lines.sentOffset) bytes read")
        return isRunning ? after : nil
    }

    /// Ends the import if its file has ended, or is read wrong by all appearances.
    private func end(
        _ stop: FileLines.Stop,
        _ record: ImportRecord,
        unmapped: [String],
        isGivenUp: Bool,
        in transaction: PostgresTransaction
    ) async throws {
        switch stop {
        case .starved: return
        case .full:
            guard isGivenUp else { return }
            var finding = IngestV1.ImportFinding()
            finding.rule = "mostly_rejected"
            finding.remedy =
                "see what is wrong in the quarantine, declare how the file is to be read, and"
                + " import it again: the rest of it was not read"
            try await store.add([finding], to: record, in: transaction)
            try await store.move(id, to: .failed, in: transaction)
        case .ended:
            let findings = unmapped.prefix(Self.mostColumns).map { column in
                var finding = IngestV1.ImportFinding()
                (finding.rule, finding.column) = ("spend_without_channel", column)
                finding.remedy =
                    "say of which channel its spend is: PUT /v1/spend/mapping; if it is the sum "
                    + "of others, leave it: nothing counts it"
                return finding
            }
            if !findings.isEmpty { try await store.add(findings, to: record, in: transaction) }
            try await store.move(id, to: .completed, in: transaction)
        case .broken(let finding):
            try await store.add([IngestV1.ImportFinding(finding)], to: record, in: transaction)
            try await store.move(id, to: .failed, in: transaction)
        }
    }

    /// What became of all rows; nothing is kept of those of events that name whom was forgotten.
    private func told(
        _ lines: FileLines,
        _ fates: [RowOutcome],
        _ kind: RowKind,
        in transaction: PostgresTransaction
    ) async throws -> [RowOutcome] {
        let outcomes = Self.outcomes(of: lines, fates)
        guard kind == .event else { return outcomes }
        return try await forgotten.refuse(
            outcomes,
            parts.catalogue.knowledge(in: run.scope()).keys,
            in: transaction
        ) { lines.personIDs(of: lines.lines[$0]) }
    }

    /// What became of all rows: of those that were read, and of those that could not be.
    private static func outcomes(of lines: FileLines, _ fates: [RowOutcome]) -> [RowOutcome] {
        var fates = fates[...]
        return lines.lines.map { line in
            switch line.content {
            case .success: fates.popFirst() ?? .duplicate
            case .failure(let fault): .rejected(fault)
            }
        }
    }

    /// The rows that are to be kept in the quarantine.
    private static func rejected(
        _ lines: FileLines,
        _ outcomes: [RowOutcome],
        kind: RowKind
    ) -> [RejectedRow] {
        zip(lines.lines, outcomes).compactMap { line, outcome in
            outcome.keptFault.map { fault in
                RejectedRow(
                    kind: kind,
                    form: .line,
                    body: lines.bytes(of: line),
                    fault: fault,
                    row: line.record,
                    byteOffset: Int64(line.byteOffset)
                )
            }
        }
    }
}

/// What imports are done with.
struct ImportParts: Sendable {
    let catalogue: TenantCatalogue
    let forgotten: ForgottenCatalogue
    let series: SeriesWriter
    let offload: WorkerPool?
    /// How many rows of tables may come of the lines that are written together.
    let rowsAtOnce: Int
}

/// A file's bytes from some place on, block by block; one task asks at a time.
private final class BlockSource: Sendable {
    private let blocks: ImportBlocks
    private let id: PostgresUUID
    /// Where the next bytes begin in the file.
    private let offset: Locked<Int>

    init(_ blocks: ImportBlocks, of id: PostgresUUID, from offset: Int) {
        self.blocks = blocks
        self.id = id
        self.offset = Locked(offset)
    }

    /// The next bytes; nil behind the last.
    func next(in scope: TenantScope) async throws -> SharedBytes? {
        let (number, skipped) = offset.withLock { $0 }
            .quotientAndRemainder(dividingBy: ContentDigest.blockBytes)
        guard let block = try await blocks.block(number, of: id, in: scope) else { return nil }
        let wanted = block.extracting(min(skipped, block.count)..<block.count)
        offset.withLock { $0 = (number + 1) * ContentDigest.blockBytes }
        return wanted
    }
}

extension [RejectedRow] {
    /// The same rows in parts that go with one statement each.
    fileprivate func parts(ofBytes most: Int) -> [ArraySlice<RejectedRow>] {
        var parts: [ArraySlice<RejectedRow>] = []
        var (start, bytes) = (0, 0)
        for (index, row) in enumerated() {
            if bytes >= most || index - start >= 5_000 {
                parts.append(self[start..<index])
                (start, bytes) = (index, 0)
            }
            bytes += row.body.count
        }
        if start < count { parts.append(self[start...]) }
        return parts
    }
}
