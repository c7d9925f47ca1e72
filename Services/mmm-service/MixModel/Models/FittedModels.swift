internal import MediaMix
internal import Messages
internal import Net
internal import Numerics
internal import Panels
internal import Postgres
internal import RPC
internal import Tenancy
internal import Wire

/// Models whose draws can be used: what results and budgets are computed from.
struct FittedModels: Sendable {
    private let offload: WorkerPool?
    private let models = ModelStore()
    private let panels = StoredPanelStore()
    private let chains = ChainStore()

    /// - Parameter offload: threads for what takes long; nil to take the loop's time.
    init(offload: WorkerPool?) {
        self.offload = offload
    }

    /// A model with its draws.
    ///
    /// - Parameters:
    ///   - id: which.
    ///   - scope: the tenant's.
    /// - Returns: the fit, with what is known of it.
    /// - Throws: NOT_FOUND; FAILED_PRECONDITION with its state if it has not completed;
    ///   `PostgresError`.
    func fit(of id: PostgresUUID, in scope: TenantScope) async throws -> StoredFit {
        let record = try await models.model(id, in: scope)
        try record.checkCompleted()
        let panel = try await panels.contents(record.panel, in: scope)
        let saved = try await chains.chains(of: record.leader, in: scope)
        return try await offload.runBeside { try StoredFit(record, panel, saved) }
    }
}

/// A model that has completed, with its draws.
struct StoredFit: Sendable {
    /// The model, with its draws.
    let fit: MixFit
    /// All that is known of it: outcome, currency, sampling, summary.
    let record: ModelRecord
    /// What is told of it, but for what changes.
    let about: MixModelV1.Model
    /// Its panel, with the periods at the end that it is not fitted to.
    let panel: Panel
    /// How chains came to their draws; none of the bootstrap.
    let traces: [ChainTrace]

    /// How many periods at the end of ``panel`` the model is not fitted to.
    var holdoutPeriods: Int { Int(about.holdoutPeriods) }

    /// Reads what was kept.
    fileprivate init(_ record: ModelRecord, _ panel: Panel, _ chains: [SharedBytes]) throws {
        self.record = record
        self.panel = panel
        about = record.definition.model ?? .init()
        let model = try MediaMixModel(record.definition, panel)
        let positions: [[Double]]
        if about.sampling?.method == .bayesianBootstrap {
            traces = []
            positions = chains.map { [Double](draws: $0) }
        } else {
            traces = try chains.map { try SavedChain(bytes: Array(copying: $0.bytes)).trace }
            positions = traces.map(\.positions)
        }
        let places = record.definition.places.map { Int($0) }
        let dimension =
            places.isEmpty ? MixDensity(model).dimension : Int(record.definition.drawnNumbers)
        guard places.allSatisfy({ (0..<dimension).contains($0) }) else {
            throw RPCError(.dataLoss, "the model '\(record.id)' has places beyond its draws")
        }
        let drawn = MixDraws(chains: positions, dimension: dimension)
        let own = places.isEmpty ? drawn : drawn?.taking(places)
        guard let fit = own.flatMap({ MixFit(model, $0) }) else {
            throw RPCError(
                .dataLoss,
                "the draws of the model '\(record.id)' are not of such a model"
            )
        }
        self.fit = fit
    }
}

extension [Double] {
    /// Reads what ``drawBytes`` gave.
    init(draws bytes: SharedBytes) {
        let kept = [UInt8](copying: bytes.bytes)
        self = stride(from: 0, to: kept.count - 7, by: 8).map { start in
            Double(
                bitPattern: kept[start..<start + 8].reversed().reduce(0) { $0 << 8 | UInt64($1) }
            )
        }
    }

    /// The numbers one after another, each with its lowest byte first.
    var drawBytes: SharedBytes {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 * count)
        for number in self {
            for shift in stride(from: 0, to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: number.bitPattern >> UInt64(shift)))
            }
        }
        return SharedBytes(bytes)
    }
}
