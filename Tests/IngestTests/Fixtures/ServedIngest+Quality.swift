import Contracts
import Messages
import RPC
import Schema
import Tenancy
import TestTenants
import Testing
import Wire

@testable import Ingest

extension ServedIngest {
    /// Has a snapshot taken, and waits for it.
    ///
    /// - Parameter date: of which day; empty for yesterday.
    /// - Returns: the snapshot with its metrics.
    /// - Throws: an error if it is not taken.
    @discardableResult
    func takeSnapshot(of date: String = "") async throws -> IngestV1.QualitySnapshot {
        var request = IngestV1.TakeSnapshotRequest()
        request.date = date
        let before = try await quality.listSnapshots(.init()).message.value().snapshots.first
        let answer = try await quality.takeSnapshot(request).message.value()
        #expect(answer.operation.hasPrefix("operations/ingest.") && !answer.existing)
        try await served.finishJobs(of: served.members[0])
        let snapshot = try await quality.getSnapshot(.init()).message.value()
        #expect(snapshot.number > before?.number ?? 0, "the job has failed")
        return snapshot
    }

    /// The findings there are, the newest first.
    func findings(
        _ change: (inout IngestV1.ListFindingsRequest) -> Void = { _ in }
    ) async throws -> [IngestV1.QualityFinding] {
        var request = IngestV1.ListFindingsRequest()
        request.pageSize = 1_000
        change(&request)
        return try await quality.listFindings(request).message.value().findings
    }

    /// Puts a rule, or only tries it.
    @discardableResult
    func put(
        rule: IngestV1.QualityRule,
        validateOnly: Bool = false
    ) async throws -> IngestV1.PutQualityRuleResponse {
        var request = IngestV1.PutQualityRuleRequest()
        request.rule = rule
        request.reason = "a test"
        request.validateOnly = validateOnly
        return try await quality.putRule(request).message.value()
    }

    /// Sets the first tenant's time zone.
    func set(timeZone: String, replacing version: Int64 = 1) async throws {
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
            replacing: version
        )
        try await served.database.directory.refresh()
    }

    /// Writes all of a world, and reads what the taxonomy says of its visits.
    func write(_ world: QualityWorld) async throws -> [IngestV1.MappedChannel] {
        for origin in Set(world.events.map(\.origin)) {
            let messages = world.events.filter { $0.origin == origin }.map(\.message)
            #expect(try await write(messages) { $0.origin = origin }.accepted == messages.count)
        }
        #expect(try await write(world.spend).accepted == Int64(world.spend.count))
        #expect(try await write(world.kpis).accepted == Int64(world.kpis.count))
        #expect(try await write(world.rates).accepted == Int64(world.rates.count))
        var request = IngestV1.MapChannelsRequest()
        request.visits = QualityWorld.visits.map { told in
            var visit = IngestV1.Visit()
            (visit.source, visit.medium, visit.campaign) = told
            return visit
        }
        return try await taxonomy.mapChannels(request).message.value().channels
    }
}
