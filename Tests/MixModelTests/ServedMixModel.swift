import Contracts
import Ingest
import Lifecycle
import Messages
import MixModel
import Platform
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
    let models: MixModelV1.Models.Client
    let results: MixModelV1.Results.Client
    let budgets: MixModelV1.Budgets.Client
    let series: IngestV1.Series.Client
    let quality: IngestV1.DataQuality.Client
    private let imports: IngestV1.Imports.Client
    /// Of the other tenant.
    let others: MixModelV1.Calibrations.Client
    let otherPanels: MixModelV1.Panels.Client
    let otherBudgets: MixModelV1.Budgets.Client

    init(limits: TrainingLimits = TrainingLimits(), asksIngest: Bool = false) async throws {
        let pages = PageTokens(try .ephemeral())
        let service = try #require(ServiceName("mmm"))
        let peers = try OwnPeers()
        let peer = asksIngest ? PeerService(service, peers, by: peers.issuer) : nil
        let api = TenantAPI(
            service,
            migrations: try [.ingest(), .attribution(), .mixModel()],
            contracts: [
                MixModelV1.Calibrations.schema, MixModelV1.Panels.schema,
                MixModelV1.Models.schema, MixModelV1.Results.schema, MixModelV1.Budgets.schema,
                IngestV1.Series.schema, IngestV1.Imports.schema,
                IngestV1.SpendMappings.schema, IngestV1.DataQuality.schema,
            ],
            status: MixModelService.status(of:),
            calls: []
        ) { database, queue in
            let ingest = IngestService.work(of: service, on: database, queue, pages: pages)
            let own = MixModelService.work(
                of: service,
                on: database,
                queue,
                asking: (nil, peer),
                pages: pages,
                version: "1.2.3",
                limits: limits
            )
            return .init(
                (ingest.contracts + own.contracts).flatMap(\.methods),
                doing: ingest.handlers + own.handlers
            )
        }
        served = try await ServedTenants(api)
        peers.lead(to: served)
        let channel = try served.channel(served.members[0])
        calibrations = MixModelV1.Calibrations.Client(channel)
        panels = MixModelV1.Panels.Client(channel)
        models = MixModelV1.Models.Client(channel)
        results = MixModelV1.Results.Client(channel)
        budgets = MixModelV1.Budgets.Client(channel)
        series = IngestV1.Series.Client(channel)
        quality = IngestV1.DataQuality.Client(channel)
        imports = IngestV1.Imports.Client(channel)
        let other = try served.channel(served.members[1])
        others = MixModelV1.Calibrations.Client(other)
        otherPanels = MixModelV1.Panels.Client(other)
        otherBudgets = MixModelV1.Budgets.Client(other)
    }

    func stop() async { await served.stop() }

    /// The first tenant's rows.
    var scope: TenantScope {
        get throws {
            try served.database.scope(
                for: try served.context(served.members[0]),
                before: SchemaFixture.soon
            )
        }
    }

    /// Expects a call to be refused, with words that tell why.
    func refused(
        _ code: StatusCode,
        _ part: String,
        _ location: SourceLocation = #_sourceLocation,
        _ call: () async throws -> Void
    ) async {
        do {
            try await call()
            Issue.record("it was not refused", sourceLocation: location)
        } catch let error as RPCError {
            #expect(error.code == code, "\(error)", sourceLocation: location)
            #expect("\(error)".contains(part), "\(error)", sourceLocation: location)
        } catch {
            Issue.record(error, sourceLocation: location)
        }
    }

    /// What `psql` says of the first tenant's rows, line by line.
    @discardableResult
    func rows(_ sql: String) async throws -> [String] {
        let schema = served.members[0].id.schemaName
        return try await served.fixture.lines("set search_path to \(schema); \(sql)")
            .filter { $0 != "SET" }
    }

    /// Imports a file, and waits until all of it has been read.
    func importText(_ text: String, named name: String) async throws -> IngestV1.Import {
        var create = IngestV1.CreateImportRequest()
        create.name = name
        let created = try await imports.createImport(create).message.value()
        let upload = try await imports.uploadFile()
        var part = IngestV1.UploadFileRequest()
        (part.importID, part.data) = (created.importID, Array(text.utf8))
        try await upload.send(part)
        var last = try await upload.finish().message.value()
        var watch = IngestV1.WatchImportRequest()
        watch.importID = created.importID
        let told = try await imports.watchImport(watch)
        while let next = try await told.next() { last = next.value() }
        return last
    }

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
