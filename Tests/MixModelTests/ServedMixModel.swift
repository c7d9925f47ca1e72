import Contracts
import Ingest
import Lifecycle
import Messages
import MixModel
import RPC
import Schema
import Tenancy
import TestTenants
import Testing
import Wire

/// The mix model, and ingest whose channels it knows, served to two tenants.
struct ServedMixModel {
    let served: ServedTenants
    let calibrations: MixModelV1.Calibrations.Client
    let panels: MixModelV1.Panels.Client
    let series: IngestV1.Series.Client
    /// Of the other tenant.
    let others: MixModelV1.Calibrations.Client
    let otherPanels: MixModelV1.Panels.Client

    init() async throws {
        let pages = PageTokens(try .ephemeral())
        let service = try #require(ServiceName("mmm"))
        let api = TenantAPI(
            service,
            migrations: try [.ingest(), .mixModel()],
            contracts: [
                MixModelV1.Calibrations.schema, MixModelV1.Panels.schema, IngestV1.Series.schema,
            ],
            status: MixModelService.status(of:),
            calls: []
        ) { database, queue in
            let ingest = IngestService.work(of: service, on: database, queue, pages: pages)
            let own = MixModelService.contracts(on: database, pages: pages)
            return .init((ingest.contracts + own).flatMap(\.methods), doing: ingest.handlers)
        }
        served = try await ServedTenants(api)
        let channel = try served.channel(served.members[0])
        calibrations = MixModelV1.Calibrations.Client(channel)
        panels = MixModelV1.Panels.Client(channel)
        series = IngestV1.Series.Client(channel)
        let other = try served.channel(served.members[1])
        others = MixModelV1.Calibrations.Client(other)
        otherPanels = MixModelV1.Panels.Client(other)
    }

    func stop() async { await served.stop() }

    /// A panel of the revenue, with its values.
    func preview(
        _ change: (inout MixModelV1.PanelSelection) -> Void
    ) async throws -> MixModelV1.PreviewPanelResponse {
        var selection = MixModelV1.PanelSelection()
        selection.kpi = "revenue"
        change(&selection)
        var request = MixModelV1.PreviewPanelRequest()
        (request.selection, request.includeValues) = (selection, true)
        return try await panels.previewPanel(request).message.value()
    }

    /// Puts a calibration.
    func put(
        _ name: String,
        validateOnly: Bool = false,
        _ change: (inout MixModelV1.Calibration) -> Void = { _ in }
    ) async throws -> MixModelV1.Calibration {
        var request = MixModelV1.PutCalibrationRequest()
        (request.name, request.validateOnly) = (name, validateOnly)
        var calibration = MixModelV1.Calibration.geoTest
        change(&calibration)
        request.calibration = calibration
        return try await calibrations.putCalibration(request).message.value()
    }
}

extension MixModelV1.Calibration {
    /// A test in two places, by its lift.
    static var geoTest: Self {
        var calibration = Self()
        calibration.channel = "paid_social"
        calibration.kpi = "revenue"
        calibration.geos = ["Geo1", "Geo2"]
        (calibration.firstDate, calibration.lastDate) = ("2026-01-05", "2026-02-01")
        calibration.measure = .lift
        (calibration.value, calibration.standardError) = (12_000, 3_000)
        calibration.method = "geo test"
        return calibration
    }
}

extension MixModelV1.Calibration.Interval {
    /// An interval by its ends.
    init(_ lower: Double, _ upper: Double, level: Double = 0) {
        self.init()
        (self.lower, self.upper, self.level) = (lower, upper, level)
    }
}
