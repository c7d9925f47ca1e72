import Attribution
import Contracts
import Foundation
import Ingest
import Lifecycle
import Messages
import Platform
import RPC
import Schema
import Tenancy
import TestKit
import TestTenants
import Testing
import Wire

/// Attribution, and ingest whose imports it looks at, served to two tenants.
struct ServedAttribution {
    let served: ServedTenants
    let models: AttributionV1.Models.Client
    let journeys: AttributionV1.Journeys.Client
    let timelines: AttributionV1.Timelines.Client
    let runs: AttributionV1.Runs.Client
    let credits: AttributionV1.Credits.Client
    let definitions: IngestV1.Definitions.Client
    let erasure: IngestV1.Erasure.Client
    let events: IngestV1.Events.Client
    let taxonomy: IngestV1.Taxonomy.Client
    let history: IngestV1.TaxonomyHistory.Client
    let series: IngestV1.Series.Client
    let quality: IngestV1.DataQuality.Client
    private let imports: IngestV1.Imports.Client

    init(limits: TimelineLimits = TimelineLimits(), asksIngest: Bool = false) async throws {
        let pages = PageTokens(try .ephemeral())
        let service = try #require(ServiceName("attribution"))
        let peers = try OwnPeers()
        let peer = asksIngest ? PeerService(service, peers, by: peers.issuer) : nil
        let api = TenantAPI(
            service,
            migrations: try [.ingest(), .attribution()],
            contracts: [
                AttributionV1.Models.schema, AttributionV1.Journeys.schema,
                AttributionV1.Timelines.schema, AttributionV1.Runs.schema,
                AttributionV1.Credits.schema,
                IngestV1.Definitions.schema, IngestV1.Erasure.schema, IngestV1.Events.schema,
                IngestV1.Imports.schema, IngestV1.Series.schema, IngestV1.Taxonomy.schema,
                IngestV1.TaxonomyHistory.schema, IngestV1.DataQuality.schema,
            ],
            status: AttributionService.status(of:),
            calls: []
        ) { database, queue in
            let ingest = IngestService.work(of: service, on: database, queue, pages: pages)
            let own = AttributionService.work(
                of: service,
                on: database,
                queue,
                asking: peer,
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
        models = AttributionV1.Models.Client(channel)
        journeys = AttributionV1.Journeys.Client(channel)
        timelines = AttributionV1.Timelines.Client(channel)
        runs = AttributionV1.Runs.Client(channel)
        credits = AttributionV1.Credits.Client(channel)
        definitions = IngestV1.Definitions.Client(channel)
        erasure = IngestV1.Erasure.Client(channel)
        events = IngestV1.Events.Client(channel)
        taxonomy = IngestV1.Taxonomy.Client(channel)
        history = IngestV1.TaxonomyHistory.Client(channel)
        series = IngestV1.Series.Client(channel)
        quality = IngestV1.DataQuality.Client(channel)
        imports = IngestV1.Imports.Client(channel)
    }

    func stop() async { await served.stop() }

    /// Sets the first tenant's time zone.
    func set(timeZone: String) async throws {
        let settings = try #require(
            TenantSettings(
                timeZone: timeZone,
                currency: "EUR",
                weekStart: .monday,
                attributionDays: 30,
                retentionDays: 1_096
            )
        )
        try await served.fixture.administration.setSettings(
            of: served.members[0].id,
            settings,
            replacing: 1
        )
        try await served.database.directory.refresh()
    }

    /// Imports paths, and waits until they have been read.
    @discardableResult
    func importPaths(_ text: String, name: String = "paths.csv") async throws -> String {
        var request = IngestV1.CreateImportRequest()
        request.name = name
        request.plan = IngestV1.ImportPlan()
        request.plan?.kind = "paths"
        let id = try await imports.createImport(request).message.value().importID
        let call = try await imports.uploadFile()
        var part = IngestV1.UploadFileRequest()
        part.importID = id
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            part.data = Array(rest.prefix(64 << 10))
            rest = rest.dropFirst(64 << 10)
            try await call.send(part)
            part = IngestV1.UploadFileRequest()
        }
        _ = try await call.finish()
        var watch = IngestV1.WatchImportRequest()
        watch.importID = id
        var last = IngestV1.Import()
        let told = try await imports.watchImport(watch)
        while let message = try await told.next() { last = message.value() }
        #expect(last.state == .completed && last.rejected == 0, "\(last)")
        return id
    }

    /// Runs models.
    func run(
        _ model: String = "",
        _ change: (inout AttributionV1.RunModelsRequest) -> Void = { _ in }
    ) async throws -> AttributionV1.ModelRun {
        var request = AttributionV1.RunModelsRequest()
        request.model = model
        change(&request)
        return try await models.runModels(request).message.value()
    }
}

/// The published journeys, and what is known of them.
enum PublishedPaths {
    /// Whether they are there.
    static let areThere = Reference.folder != nil

    /// The file as its authors wrote it.
    static func text() throws -> String {
        let folder = try #require(Reference.folder)
        let file = "data/attribution/channelattribution_pathdata.csv"
        return try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
    }

    /// A file of exact results.
    static func exact(_ name: String) throws -> [String: Any] {
        let folder = try #require(Reference.folder)
        let file = folder.appendingPathComponent("reference/attribution/\(name).json")
        let object = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
        return try #require(object as? [String: Any])
    }
}
