import Contracts
import Messages
import RPC
import Tenancy
import TestKit
import TestTenants
import Testing
import Wire

@Suite("The channel of spend", .timeLimit(.minutes(5)))
struct SpendMappingTests {
    @Test("is named by its rows, found by the mapping, or unknown until a mapping finds it")
    func mapping() async throws {
        let ingest = try await ServedIngest()
        try await ingest.create("tv") { $0.aliases = ["television"] }
        let empty = try await ingest.mappings.getSpendMapping(.init()).message.value()
        #expect(empty.version == 0 && empty.rules.isEmpty && empty.createTime == nil)
        let rows: [IngestV1.SpendRow] = [
            .row("2026-01-01", "1") { $0.channel = "paid_social" },
            .row("2026-01-01", "2") { $0.channel = "television" },
            .row("2026-01-01", "4"),
            .row("2026-01-02", "8") { $0.campaign = "generic" },
            .row("2026-01-02", "16") {
                ($0.platform, $0.campaign, $0.column) = ("", "", "TV_Spend")
            },
        ]
        #expect(try await ingest.write(rows).accepted == 5)
        #expect(
            try await channels(ingest) == [
                "": "28.000000", "paid_social": "1.000000", "tv": "2.000000",
            ]
        )
        let unmapped = try await ingest.mappings.listUnmappedSpend(.init()).message.value().groups
        #expect(unmapped.map(\.column) == ["TV_Spend", "", ""])
        #expect(unmapped.map(\.campaign) == ["", "brand", "generic"])
        #expect(unmapped.map(\.spend) == ["16.000000", "4.000000", "8.000000"])
        #expect(unmapped.map(\.firstDate) == ["2026-01-02", "2026-01-01", "2026-01-02"])
        let put = try await ingest.put(
            mapping: [
                ServedIngest.rule("paid_search", .campaign, "BRAND"),
                ServedIngest.rule("tv", .column, "tv_spend"),
                ServedIngest.rule("email", .platform, "google_ads", "nowhere"),
            ],
            after: 0
        )
        #expect(put.version == 1 && put.remappedSources == 3 && put.createTime != nil)
        // What names a channel itself keeps it.
        #expect(
            try await channels(ingest) == [
                "email": "8.000000", "paid_search": "4.000000", "paid_social": "1.000000",
                "tv": "18.000000",
            ]
        )
        #expect(try await ingest.mappings.listUnmappedSpend(.init()).message.value().groups == [])
        // What comes later is mapped at once.
        try await ingest.write([.row("2026-01-03", "32") { $0.account = "other" }])
        #expect(try await channels(ingest)["paid_search"] == "36.000000")
        #expect(
            try await ingest.lines(
                "select kind, row_count, days from series_commits order by commit_id"
            ) == [
                "spend|5|{2026-01-01,2026-01-02}", "mapping|3|{2026-01-01,2026-01-02}",
                "spend|1|{2026-01-03}",
            ]
        )
        #expect(
            try await ingest.lines(
                "select distinct mapping_version from ingest_v1_spend order by 1"
            )
                == ["0", "1"]
        )
        await ingest.stop()
    }

    /// What each channel has cost.
    private func channels(_ ingest: ServedIngest) async throws -> [String: String] {
        let lines = try await ingest.lines(
            "select coalesce(channel_slug, ''), sum(spend) from ingest_v1_spend group by 1"
        )
        return Dictionary(
            uniqueKeysWithValues: lines.map { line in
                let parts = line.split(separator: "|", omittingEmptySubsequences: false)
                return (String(parts[0]), String(parts[1]))
            }
        )
    }

    @Test("follows each version of the mapping, and a version may leave it unknown again")
    func versions() async throws {
        let ingest = try await ServedIngest()
        try await ingest.write([.row("2026-01-01", "1")])
        let rule = ServedIngest.rule("email", .platform, "google_ads")
        try await ingest.put(mapping: [rule], after: 0)
        #expect(try await ingest.put(mapping: [rule], after: 1).remappedSources == 0)
        #expect(try await ingest.put(mapping: [], after: 2).remappedSources == 1)
        #expect(try await channels(ingest) == ["": "1.000000"])
        var request = IngestV1.GetSpendMappingRequest()
        request.version = 2
        let second = try await ingest.mappings.getSpendMapping(request).message.value()
        #expect(second.version == 2 && second.rules.map(\.channel) == ["email"])
        #expect(second.reason == "a test" && !second.actor.isEmpty)
        request.version = 4
        let absent = await #expect(throws: RPCError.self) {
            try await ingest.mappings.getSpendMapping(request)
        }
        #expect(absent?.code == .notFound)
        let others = IngestV1.SpendMappings.Client(try ingest.other)
        #expect(try await others.getSpendMapping(.init()).message.value().version == 0)
        await ingest.stop()
    }

    @Test("is not mapped by rules that are wrong, nor over the head of another author")
    func faults() async throws {
        let ingest = try await ServedIngest()
        let source = ServedIngest.rule("email", .source, "x")
        let visit = await #expect(throws: RPCError.self) {
            try await ingest.put(mapping: [source], after: 0)
        }
        #expect(
            visit?.explanation.violations.map(\.field) == ["rules[0].conditions[0].tests[0].field"]
        )
        // Nor are visits mapped by what only spend has.
        let platform = ServedIngest.rule("email", .platform, "x")
        let spend = await #expect(throws: RPCError.self) {
            try await ingest.put([platform], after: 0)
        }
        #expect(spend?.code == .invalidArgument)
        let channel = await #expect(throws: RPCError.self) {
            try await ingest.put(
                mapping: [ServedIngest.rule("absent", .platform, "x")],
                after: 0
            )
        }
        #expect(channel?.explanation.violations.map(\.field) == ["rules[0].channel"])
        let checked = try await ingest.put(mapping: [platform], after: 0) { $0.validateOnly = true }
        #expect(checked.version == 1)
        try await ingest.put(mapping: [platform], after: 0)
        let old = await #expect(throws: RPCError.self) {
            try await ingest.put(mapping: [platform], after: 0)
        }
        #expect(old?.code == .aborted)
        let nameless = await #expect(throws: RPCError.self) {
            try await ingest.put(mapping: [platform], after: 1) { $0.reason = "" }
        }
        #expect(nameless?.code == .invalidArgument)
        await ingest.stop()
    }

    @Test("is that of the mapping in force, whoever writes while it changes")
    func race() async throws {
        let ingest = try await ServedIngest()
        let rounds = 6
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                for version in 0..<rounds {
                    let channel = version % 2 == 0 ? "email" : "sms"
                    try await ingest.put(
                        mapping: [ServedIngest.rule(channel, .platform, "google_ads")],
                        after: Int64(version)
                    )
                }
            }
            for writer in 0..<4 {
                group.addTask {
                    for round in 0..<10 {
                        try await ingest.write([
                            .row("2026-01-01", "1") { $0.campaign = "\(writer) \(round)" }
                        ])
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(
            try await ingest.lines(
                "select channel_slug, mapping_version, count(*) from ingest_v1_spend group by 1, 2"
            ) == ["sms|6|40"]
        )
        await ingest.stop()
    }

    @Test("is asked for of so many sources and no more")
    func most() async throws {
        let ingest = try await ServedIngest()
        let schema = ingest.served.members[0].id.schemaName
        try await ingest.served.fixture.database.run(
            """
            insert into \(schema).spend_sources
            select gen_random_uuid(), 'p', '', n::text, '', '', null, null, 0
            from generate_series(1, 99999) n
            """
        )
        try await ingest.write([.row("2026-01-01", "1")])
        let error = await #expect(throws: RPCError.self) {
            try await ingest.write([.row("2026-01-01", "1") { $0.campaign = "more" }])
        }
        #expect(error?.code == .resourceExhausted)
        // What is known goes on, and all of it is mapped anew: here of so many as take no time.
        #expect(try await ingest.write([.row("2026-01-02", "1")]).signs == ["+"])
        try await ingest.served.fixture.database.run(
            "delete from \(schema).spend_sources where campaign ~ '^[0-9]{4,}$'"
        )
        let put = try await ingest.put(
            mapping: [ServedIngest.rule("email", .platform, "p")],
            after: 0
        )
        #expect(put.remappedSources == 999)
        await ingest.stop()
    }
}
