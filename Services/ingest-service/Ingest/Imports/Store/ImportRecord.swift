internal import Messages
internal import Postgres
internal import RPC
internal import Telemetry
internal import Wire

/// An import as it lies in its table.
struct ImportRecord: Sendable {
    let id: PostgresUUID
    let name: String
    /// What its events have as their origin.
    let source: String
    let state: State
    /// What callers declared.
    let declared: IngestV1.ImportPlan
    /// How it is read; nil before there are bytes.
    let plan: IngestV1.ImportPlan?
    let findings: [IngestV1.ImportFinding]
    let guess: Guess
    let isHeld: Bool
    let isAgain: Bool
    let sizeBytes: Int64?
    let receivedBytes: Int64
    let processedBytes: Int64
    let digest: SharedBytes?
    let sameAs: PostgresUUID?
    /// Where the job goes on; empty at the start.
    let checkpoint: String
    let counts: Counts
    let job: PostgresUUID?
    let createTime: UTCTimestamp
    let endTime: UTCTimestamp?

    /// Where an import stands; the raw value is the table's.
    enum State: String, CaseIterable, Sendable, TableWord {
        case uploading, waiting, running, completed, failed, cancelled

        /// Whether nothing more becomes of it.
        var isOver: Bool {
            switch self {
            case .uploading, .waiting, .running: false
            case .completed, .failed, .cancelled: true
            }
        }
    }

    /// Why rows are taken for what they are.
    struct Guess: Sendable, Hashable {
        var reason = ""
        var confidence = 0.0
    }

    /// How many rows had which fate.
    struct Counts: Sendable, Hashable {
        var accepted: Int64 = 0
        var corrected: Int64 = 0
        var duplicate: Int64 = 0
        var rejected: Int64 = 0
        /// Those that say nothing.
        var passed: Int64 = 0

        /// All that say something.
        var rows: Int64 { accepted + corrected + duplicate + rejected }

        /// Whether a file is read wrong by all appearances: so many rows are rejected, and hardly
        /// any is not, that the rest need not go to the quarantine too.
        var areMostlyRejected: Bool { rejected >= 10_000 && rejected * 20 >= rows * 19 }

        /// Both together.
        func adding(_ other: Counts) -> Counts {
            Counts(
                accepted: accepted + other.accepted,
                corrected: corrected + other.corrected,
                duplicate: duplicate + other.duplicate,
                rejected: rejected + other.rejected,
                passed: passed + other.passed
            )
        }

        /// Counts a row.
        mutating func note(_ outcome: RowOutcome) {
            switch outcome {
            case .accepted: accepted += 1
            case .corrected: corrected += 1
            case .duplicate: duplicate += 1
            case .rejected: rejected += 1
            }
        }
    }

    /// Reads a row of the table, in the order of its columns.
    init(_ row: Row) throws {
        id = try row.read(PostgresUUID.self, at: 0)
        name = try row.read(String.self, at: 1)
        source = try row.read(String.self, at: 2)
        state = try row.read(State.self, at: 3)
        let declared = try row.read(SharedBytes.self, at: 4)
        self.declared = try IngestV1.ImportPlan(decoding: declared.bytes)
        let plan = try row.read(SharedBytes?.self, at: 5)
        self.plan = try plan.map { try IngestV1.ImportPlan(decoding: $0.bytes) }
        let findings = try row.read(SharedBytes.self, at: 6)
        self.findings = try IngestV1.ImportFindings(decoding: findings.bytes).findings
        guess = Guess(
            reason: try row.read(String.self, at: 7),
            confidence: try row.read(Double.self, at: 8)
        )
        isHeld = try row.read(Bool.self, at: 9)
        isAgain = try row.read(Bool.self, at: 10)
        sizeBytes = try row.read(Int64?.self, at: 11)
        receivedBytes = try row.read(Int64.self, at: 12)
        processedBytes = try row.read(Int64.self, at: 13)
        digest = try row.read(SharedBytes?.self, at: 14)
        sameAs = try row.read(PostgresUUID?.self, at: 15)
        checkpoint = try row.read(String.self, at: 16)
        counts = Counts(
            accepted: try row.read(Int64.self, at: 17),
            corrected: try row.read(Int64.self, at: 18),
            duplicate: try row.read(Int64.self, at: 19),
            rejected: try row.read(Int64.self, at: 20),
            passed: try row.read(Int64.self, at: 21)
        )
        job = try row.read(PostgresUUID?.self, at: 22)
        createTime = try row.read(UTCTimestamp.self, at: 23)
        endTime = try row.read(UTCTimestamp?.self, at: 24)
    }
}

extension IngestV1.Import {
    /// What a caller is told of an import.
    ///
    /// - Parameters:
    ///   - record: the import.
    ///   - service: whose job reads it.
    init(_ record: ImportRecord, jobsOf service: String) {
        self.init()
        importID = "\(record.id)"
        name = record.name
        source = record.source
        state = State(record.state)
        plan = record.plan ?? record.declared
        reason = record.guess.reason
        confidence = record.guess.confidence
        findings = record.findings
        sizeBytes = record.sizeBytes
        receivedBytes = record.receivedBytes
        processedBytes = record.processedBytes
        rows = record.counts.rows
        accepted = record.counts.accepted
        corrected = record.counts.corrected
        duplicate = record.counts.duplicate
        rejected = record.counts.rejected
        passed = record.counts.passed
        sameAs = record.sameAs.map { "\($0)" } ?? ""
        operation = record.job.map { "operations/\(service).\($0)" } ?? ""
        digest = record.digest.map { ContentDigest.text($0) } ?? ""
        createTime = .init(record.createTime)
        endTime = record.endTime.map { .init($0) }
    }
}

extension IngestV1.Import.State {
    init(_ state: ImportRecord.State) {
        self =
            switch state {
            case .uploading: .uploading
            case .waiting: .waiting
            case .running: .running
            case .completed: .completed
            case .failed: .failed
            case .cancelled: .cancelled
            }
    }

    /// The state that a caller asks for; nil for all, or for none that there is.
    var asked: ImportRecord.State? {
        ImportRecord.State.allCases.first { Self($0) == self }
    }
}
