internal import Messages
internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

/// A run as it lies in its table.
struct RunRecord: Sendable {
    /// Where a run stands; the raw value is the table's.
    enum State: String, CaseIterable, Sendable {
        case running, completed, failed, cancelled

        /// As the contract has it.
        var message: AttributionV1.Run.State {
            switch self {
            case .running: .running
            case .completed: .completed
            case .failed: .failed
            case .cancelled: .cancelled
            }
        }
    }

    /// That of its job.
    let id: PostgresUUID
    var state: State
    let label: String
    /// Nil if somebody created it.
    let schedule: String?
    let actor: String
    let seed: UInt64
    var fingerprint: String?
    var version: String?
    var problem: String?
    let createTime: UTCTimestamp
    var endTime: UTCTimestamp?
    let expireTime: UTCTimestamp?

    /// Reads the first columns of a row, as all statements that look at runs have them.
    init(_ row: Row) throws {
        guard let state = State(rawValue: try row.read(String.self, at: 1)) else {
            throw RPCError(.dataLoss, "a run is in a state that there is not")
        }
        self.state = state
        id = try row.read(PostgresUUID.self, at: 0)
        label = try row.read(String.self, at: 2)
        schedule = try row.read(String?.self, at: 3)
        actor = try row.read(String.self, at: 4)
        seed = UInt64(bitPattern: try row.read(Int64.self, at: 5))
        fingerprint = try row.read(String?.self, at: 6)
        version = try row.read(String?.self, at: 7)
        problem = try row.read(String?.self, at: 8)
        createTime = try row.read(UTCTimestamp.self, at: 9)
        endTime = try row.read(UTCTimestamp?.self, at: 10)
        expireTime = try row.read(UTCTimestamp?.self, at: 11)
    }

    /// A run that begins.
    ///
    /// - Parameters:
    ///   - id: that of its job.
    ///   - label: what it is called.
    ///   - seed: what its draws come from.
    ///   - actor: in whose name it is done.
    ///   - schedule: which one has it made, and for how many days it is kept.
    init(
        _ id: PostgresUUID,
        _ label: String,
        seed: UInt64,
        by actor: Actor,
        of schedule: (name: String, keepDays: Int32)? = nil
    ) {
        self.id = id
        self.label = label
        self.seed = seed
        self.actor = actor.description
        self.schedule = schedule?.name
        state = .running
        let now = UTCTimestamp.now
        createTime = now
        expireTime = schedule.map { schedule in
            UTCTimestamp(milliseconds: now.milliseconds + Int64(schedule.keepDays) * 86_400_000)
        }
    }

    /// What is told of it, without request and result.
    ///
    /// - Parameter service: whose workers do its job.
    /// - Returns: the message.
    func message(of service: ServiceName) -> AttributionV1.Run {
        var run = AttributionV1.Run()
        run.runID = "\(id)"
        run.state = state.message
        run.label = label
        run.schedule = schedule ?? ""
        run.actor = actor
        run.operation = "operations/\(service).\(id)"
        run.fingerprint = fingerprint ?? ""
        run.version = version ?? ""
        run.seed = seed
        run.problem = problem ?? ""
        run.createTime = .init(createTime)
        run.endTime = endTime.map { .init($0) }
        run.expireTime = expireTime.map { .init($0) }
        return run
    }
}

/// A run with what was asked for, and what came of it.
struct StoredRun: Sendable {
    let record: RunRecord
    let request: AttributionV1.RunModelsRequest
    /// Nil as long as it has not completed.
    let result: AttributionV1.ModelRun?
    /// Nil as long as it has not completed, and where nobody was asked.
    let quality: AttributionV1.DataQuality?

    /// Reads a whole row.
    init(_ row: Row) throws {
        record = try RunRecord(row)
        let bytes = try row.read(SharedBytes.self, at: 12)
        request = try AttributionV1.RunModelsRequest(decoding: bytes.bytes)
        result = try row.read(SharedBytes?.self, at: 13)
            .map { try AttributionV1.ModelRun(decoding: $0.bytes) }
        quality = try row.read(SharedBytes?.self, at: 14)
            .map { try AttributionV1.DataQuality(decoding: $0.bytes) }
    }

    /// All that is told of it.
    ///
    /// - Parameter service: whose workers do its job.
    /// - Returns: the message.
    func message(of service: ServiceName) -> AttributionV1.Run {
        var run = record.message(of: service)
        run.request = request
        run.result = result
        run.dataQuality = quality
        return run
    }
}
