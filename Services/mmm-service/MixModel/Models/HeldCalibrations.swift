internal import MediaMix
internal import Messages
internal import Panels
internal import RPC
internal import Tenancy

/// The calibrations that a model is held to, and those that it is not.
struct HeldCalibrations: Sendable {
    /// What experiments measured.
    private(set) var lifts: [LiftTest] = []
    /// Where that comes from.
    private(set) var held: [MixModelV1.Model.HeldCalibration] = []
    /// What does not fit the model.
    private(set) var leftOut: [MixModelV1.Model.LeftOutCalibration] = []

    private typealias Choice = MixModelV1.CreateModelRequest.Calibrating

    /// Finds what a model is to be held to.
    ///
    /// - Parameters:
    ///   - request: which.
    ///   - kpi: the outcome of the model.
    ///   - kpis: those of all models that are drawn together, it among them: what is named and of
    ///     another of them is that one's.
    ///   - scope: the tenant's.
    /// - Returns: the calibrations, and whether one that does not fit is an error.
    /// - Throws: NOT_FOUND or FAILED_PRECONDITION for one that is named and not in force;
    ///   `PostgresError`.
    static func find(
        _ request: MixModelV1.CreateModelRequest,
        of kpi: String,
        among kpis: [String],
        in scope: TenantScope
    ) async throws -> (calibrations: [StoredCalibration], areNamed: Bool) {
        let store = CalibrationStore()
        let isNamed = request.calibrating == Choice.named || !request.calibrations.isEmpty
        if request.calibrating == Choice.none { return ([], false) }
        guard isNamed else {
            var filter = MixModelV1.ListCalibrationsRequest()
            filter.kpi = kpi
            let most = Int(CalibrationStore.most)
            return (try await store.list(filter, after: nil, limit: most, in: scope), false)
        }
        var found: [StoredCalibration] = []
        for name in request.calibrations {
            let calibration = try await store.calibration(name, 0, in: scope)
            guard calibration.retireTime == nil else {
                throw RPCError(
                    .failedPrecondition,
                    "calibrations: '\(name)' has been retired: put it again, or leave it out"
                )
            }
            let other = calibration.content.kpi
            if other == kpi || !kpis.contains(other) { found.append(calibration) }
        }
        return (found, true)
    }

    /// What becomes of calibrations in a model.
    ///
    /// - Parameters:
    ///   - calibrations: those that are asked for.
    ///   - areNamed: whether one that does not fit is an error.
    ///   - panel: what the model is fitted to.
    ///   - configuration: what it consists of.
    ///   - currency: what the panel's money is in.
    /// - Throws: FAILED_PRECONDITION for one that is named and does not fit; ``MixModelError`` if
    ///   there is no such model, whatever it is held to.
    init(
        _ calibrations: [StoredCalibration],
        areNamed: Bool,
        _ panel: Panel,
        _ configuration: MixConfiguration,
        in currency: String
    ) throws {
        var used: [(StoredCalibration, LiftTest, note: String)] = []
        for calibration in calibrations {
            switch CalibrationUse(calibration.content, of: panel, in: currency) {
            case .used(let test, let note): used.append((calibration, test, note ?? ""))
            case .leftOut(let reason): try leave(calibration, reason, isError: areNamed)
            }
        }
        let isMisfit = try Self.misfit(used.map(\.1), panel, configuration) != nil
        for (calibration, test, note) in used {
            // Which of them does not fit, is only known of each alone.
            if isMisfit, let rule = try Self.misfit([test], panel, configuration) {
                try leave(calibration, "its test \(rule)", isError: areNamed)
            } else {
                add(calibration, test, note)
            }
        }
    }

    /// Why a model cannot be held to tests; nil if it can.
    private static func misfit(
        _ tests: [LiftTest],
        _ panel: Panel,
        _ configuration: MixConfiguration
    ) throws(MixModelError) -> String? {
        do throws(MixModelError) {
            _ = try MediaMixModel(panel, configuration, lifts: tests)
            return nil
        } catch {
            guard case .lift(_, let rule) = error else { throw error }
            return rule
        }
    }

    private mutating func add(_ calibration: StoredCalibration, _ test: LiftTest, _ note: String) {
        lifts.append(test)
        var held = MixModelV1.Model.HeldCalibration()
        (held.name, held.revision) = (calibration.content.name, calibration.revision)
        (held.channel, held.note) = (calibration.content.channel, note)
        self.held.append(held)
    }

    private mutating func leave(
        _ calibration: StoredCalibration,
        _ reason: String,
        isError: Bool
    ) throws(RPCError) {
        let name = calibration.content.name
        if isError {
            throw RPCError(
                .failedPrecondition,
                "calibrations: the model cannot be held to '\(name)': \(reason)"
            )
        }
        var left = MixModelV1.Model.LeftOutCalibration()
        (left.name, left.revision, left.reason) = (name, calibration.revision, reason)
        leftOut.append(left)
    }
}
