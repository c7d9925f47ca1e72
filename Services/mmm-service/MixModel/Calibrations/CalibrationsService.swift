internal import Contracts
public import Messages
internal import RPC
public import Tenancy
internal import Wire

/// Keeps what mix models are held to; its contract says what each method does.
struct CalibrationsService: MixModelV1.Calibrations.Service {
    private let database: TenantDatabase
    private let pages: PageTokens
    private let store = CalibrationStore()

    init(_ database: TenantDatabase, pages: PageTokens) {
        self.database = database
        self.pages = pages
    }

    func putCalibration(
        _ request: Message<MixModelV1.PutCalibrationRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.Calibration> {
        let value = request.value()
        let calibration = try Self.checked(value)
        let scope = try database.scope(for: call)
        let stored = try await store.put(
            [calibration],
            by: scope.context.actor.description,
            isTrial: value.validateOnly,
            in: scope
        )
        return Reply(stored[0].message)
    }

    func importCalibrations(
        _ request: Message<MixModelV1.ImportCalibrationsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.ImportCalibrationsResponse> {
        let value = request.value()
        let calibrations = try CalibrationTable(csv: value.csv).calibrations
        let scope = try database.scope(for: call)
        let stored = try await store.put(
            calibrations,
            by: scope.context.actor.description,
            isTrial: value.validateOnly,
            in: scope
        )
        var response = MixModelV1.ImportCalibrationsResponse()
        response.calibrations = stored.map(\.message)
        return Reply(response)
    }

    /// What somebody put, without what the service gives.
    private static func checked(
        _ request: MixModelV1.PutCalibrationRequest
    ) throws(RPCError) -> MixModelV1.Calibration {
        var calibration = request.calibration ?? .init()
        var violations = FieldViolations()
        violations.check(
            calibration.name.isEmpty || calibration.name == request.name,
            "calibration.name",
            "expected the name of the request, or nothing"
        )
        calibration.name = request.name
        calibration.revision = 0
        calibration.channelNumber = 0
        calibration.term = nil
        calibration.actor = ""
        calibration.createTime = nil
        calibration.retireTime = nil
        calibration.retireActor = ""
        calibration.retireReason = ""
        violations.check(calibration)
        try violations.finish("the calibration cannot be put")
        return calibration
    }

    func listCalibrations(
        _ request: Message<MixModelV1.ListCalibrationsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.ListCalibrationsResponse> {
        let value = request.value()
        let page = try pages.page(of: request, value, call)
        var violations = FieldViolations()
        for (text, field) in [(value.channel, "channel"), (value.kpi, "kpi")] {
            violations.check(!text.utf8.contains(0), field, "expected no U+0000")
        }
        try violations.finish("calibrations cannot be listed like this")
        let found = try await store.list(
            value,
            after: page.placeText.flatMap { Self.place($0) },
            limit: page.count + 1,
            in: try database.scope(for: call)
        )
        let (shown, next) = page.cut(found) { "\($0.content.name) \($0.revision)" }
        var response = MixModelV1.ListCalibrationsResponse()
        response.calibrations = shown.map(\.message)
        response.nextPageToken = next
        return Reply(response)
    }

    /// The name and the revision of a place in the list.
    private static func place(_ text: String) -> (name: String, revision: Int64)? {
        let parts = text.split(separator: " ")
        guard parts.count == 2, let revision = Int64(parts[1]) else { return nil }
        return (String(parts[0]), revision)
    }

    func getCalibration(
        _ request: Message<MixModelV1.GetCalibrationRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.Calibration> {
        let value = request.value()
        var violations = FieldViolations()
        violations.check(!value.name.utf8.contains(0), "name", "expected no U+0000")
        violations.check(value.revision >= 0, "revision", "expected 0 or more")
        try violations.finish("there is no such calibration")
        let scope = try database.scope(for: call)
        return Reply(try await store.calibration(value.name, value.revision, in: scope).message)
    }

    func retireCalibration(
        _ request: Message<MixModelV1.RetireCalibrationRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.Calibration> {
        let value = request.value()
        var violations = FieldViolations()
        violations.check(!value.name.utf8.contains(0), "name", "expected no U+0000")
        violations.check(
            (1...500).contains(value.reason.count) && !value.reason.utf8.contains(0),
            "reason",
            "expected 1 to 500 characters without U+0000"
        )
        try violations.finish("the calibration cannot be retired")
        let scope = try database.scope(for: call)
        let stored = try await store.retire(
            value.name,
            because: value.reason,
            by: scope.context.actor.description,
            in: scope
        )
        return Reply(stored.message)
    }
}

extension MixModelV1.ListCalibrationsRequest: PagedRequest {}
