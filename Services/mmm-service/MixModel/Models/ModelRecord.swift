internal import MediaMix
internal import Messages
internal import Panels
internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

/// A model as it lies in its table.
struct ModelRecord: Sendable {
    /// Where a model stands; the raw value is the table's.
    enum State: String, CaseIterable, Sendable {
        case draft, queued, training, completed, failed, cancelled

        /// As the contract has it.
        var message: MixModelV1.Model.State {
            switch self {
            case .draft: .draft
            case .queued: .queued
            case .training: .training
            case .completed: .completed
            case .failed: .failed
            case .cancelled: .cancelled
            }
        }

        /// Whether it waits for its training, or is trained.
        var isUnderWay: Bool { self == .queued || self == .training }
    }

    let id: PostgresUUID
    let state: State
    let panel: PostgresUUID
    /// Nil of a draft.
    let job: PostgresUUID?
    /// Of the program that trained it last.
    let version: String?
    let definition: MixModelV1.StoredModel
    let problem: String?
    let progress: MixModelV1.TrainingProgress?
    let summary: MixModelV1.TrainingSummary?
    let createTime: UTCTimestamp
    let startTime: UTCTimestamp?
    let completeTime: UTCTimestamp?
    let promoteTime: UTCTimestamp?

    /// Reads a row, as all statements that look at models have it.
    init(_ row: Row) throws {
        guard let state = State(rawValue: try row.read(String.self, at: 1)) else {
            throw RPCError(.dataLoss, "a model is in a state that there is not")
        }
        self.state = state
        id = try row.read(PostgresUUID.self, at: 0)
        panel = try row.read(PostgresUUID.self, at: 2)
        job = try row.read(PostgresUUID?.self, at: 3)
        version = try row.read(String?.self, at: 4)
        let bytes = try row.read(SharedBytes.self, at: 5)
        definition = try MixModelV1.StoredModel(decoding: bytes.bytes)
        problem = try row.read(String?.self, at: 6)
        progress = try row.read(SharedBytes?.self, at: 7).map { try .init(decoding: $0.bytes) }
        summary = try row.read(SharedBytes?.self, at: 8).map { try .init(decoding: $0.bytes) }
        createTime = try row.read(UTCTimestamp.self, at: 9)
        startTime = try row.read(UTCTimestamp?.self, at: 10)
        completeTime = try row.read(UTCTimestamp?.self, at: 11)
        promoteTime = try row.read(UTCTimestamp?.self, at: 12)
    }

    /// Refuses what has no draws that can be used.
    ///
    /// - Throws: FAILED_PRECONDITION with its state.
    func checkCompleted() throws(RPCError) {
        guard state != .completed else { return }
        throw RPCError(
            .failedPrecondition,
            "model_id: the model '\(id)' cannot be used: it is \(state.rawValue)"
                + (problem.map { ": \($0)" } ?? ""),
            ErrorDetails(reason: "MODEL_NOT_COMPLETED")
        )
    }

    /// The model whose training it shares, and whose chains have its draws: its own if it is drawn
    /// alone, or is the first of those that are drawn together.
    var leader: PostgresUUID {
        definition.model?.joint.first.flatMap { PostgresUUID($0.modelID) } ?? id
    }

    /// The models that are drawn together with it, in order, it among them.
    var group: [PostgresUUID] {
        let joint = definition.model?.joint.compactMap { PostgresUUID($0.modelID) } ?? []
        return joint.isEmpty ? [id] : joint
    }

    /// All that is told of it.
    ///
    /// - Parameter service: whose workers train it.
    /// - Returns: the message.
    func message(of service: ServiceName) -> MixModelV1.Model {
        var model = definition.model ?? .init()
        model.modelID = "\(id)"
        model.state = state.message
        model.promoted = promoteTime != nil
        model.panelID = "\(panel)"
        model.operation = job.map { "operations/\(service).\($0)" } ?? ""
        model.version = version ?? ""
        model.problem = problem ?? ""
        (model.progress, model.summary) = (progress, summary)
        model.createTime = .init(createTime)
        model.startTime = startTime.map { .init($0) }
        model.completeTime = completeTime.map { .init($0) }
        model.promoteTime = promoteTime.map { .init($0) }
        return model
    }

    /// What is told of it in lists.
    ///
    /// - Parameter service: whose workers train it.
    /// - Returns: the message.
    func listed(of service: ServiceName) -> MixModelV1.Model {
        var model = message(of: service)
        model.configuration = nil
        (model.calibrations, model.leftOutCalibrations) = ([], [])
        model.summary?.findings = []
        model.dataFindings = []
        return model
    }
}
