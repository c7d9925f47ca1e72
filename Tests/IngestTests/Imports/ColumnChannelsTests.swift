import Contracts
import Messages
import RPC
import Testing
import Wire

@testable import Ingest

@Suite("Columns of wide tables", .timeLimit(.minutes(5)))
struct ColumnChannelsTests {
    private static let table =
        "date,revenue,tv_spend,radio_spend\n"
        + (1...9).map { "2026-01-0\($0),\($0 * 100),\($0).5,2\n" }.joined()

    private static let bySlug = """
        select coalesce(channel_slug, '-'), sum(spend) from ingest_v1_spend group by 1 order by 1
        """

    @Test("belong to channels of their names, by rules that the mapping has from then on")
    func mapped() async throws {
        let ingest = try await ServedIngest()
        let done = try await ingest.importText(Self.table)
        #expect(done.state == .completed && done.accepted == 9, "\(done.findings)")
        #expect(done.findings.isEmpty, "\(done.findings)")
        #expect(try await ingest.lines(Self.bySlug) == ["radio|18.000000", "tv|49.500000"])
        let mapping = try await ingest.mappings.getSpendMapping(.init()).message.value()
        #expect(mapping.version == 1 && mapping.rules.map(\.channel) == ["tv", "radio"])
        #expect(mapping.reason.hasPrefix("columns of "))
        // The same rows are the same, and nothing is put twice.
        let again = try await ingest.importText(Self.table) { $0.again = true }
        #expect(again.duplicate == 9)
        #expect(try await ingest.mappings.getSpendMapping(.init()).message.value().version == 1)
        // Whoever puts another mapping moves what is stored.
        var rules = mapping.rules
        for index in rules.indices { rules[index].channel = "tv" }
        #expect(try await ingest.put(mapping: rules, after: 1).remappedSources == 1)
        #expect(try await ingest.lines(Self.bySlug) == ["tv|67.500000"])
        await ingest.stop()
    }

    @Test("that the mapping knows, or aliases of channels, stay with their channels")
    func known() async throws {
        let ingest = try await ServedIngest()
        try await ingest.create("broadcast") { $0.aliases = ["tv"] }
        let done = try await ingest.importText(Self.table)
        #expect(done.state == .completed)
        #expect(try await ingest.lines(Self.bySlug) == ["broadcast|49.500000", "radio|18.000000"])
        await ingest.stop()
    }

    @Test("are of no channel if no channel is to be made")
    func strict() async throws {
        let ingest = try await ServedIngest()
        let done = try await ingest.importText(Self.table) { request in
            request.plan = .init()
            request.plan?.unknownChannels = .reject
        }
        #expect(done.state == .completed && done.accepted == 9)
        #expect(done.findings.map(\.column) == ["tv_spend", "radio_spend"], "\(done.findings)")
        #expect(done.findings.allSatisfy { $0.rule == "spend_without_channel" })
        #expect(try await ingest.lines(Self.bySlug) == ["-|67.500000"])
        #expect(try await ingest.mappings.getSpendMapping(.init()).message.value().version == 0)
        await ingest.stop()
    }
}
