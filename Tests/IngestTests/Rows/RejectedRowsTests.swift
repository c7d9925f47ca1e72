import Contracts
import Messages
import RPC
import Tenancy
import TestKit
import TestTenants
import Testing
import Wire

@Suite("Rejected rows", .timeLimit(.minutes(5)))
struct RejectedRowsTests {
    /// Three rows of a channel that there is not, and one without a currency.
    private func reject(_ ingest: ServedIngest) async throws -> IngestV1.WriteRowsResponse {
        try await ingest.write([
            .row("2026-01-01", "1") { $0.channel = "radio" },
            .row("2026-01-02", "2") { $0.currency = "" },
            .row("2026-01-03", "3") { $0.channel = "radio" },
            .row("2026-01-01", "1") { $0.channel = "radio" },
        ])
    }

    private func replay(
        _ ingest: ServedIngest,
        _ change: (inout IngestV1.ReplayRejectedRowsRequest) -> Void
    ) async throws -> IngestV1.ReplayRejectedRowsResponse {
        var request = IngestV1.ReplayRejectedRowsRequest()
        change(&request)
        return try await ingest.rejected.replayRejectedRows(request).message.value()
    }

    @Test("are written again once what was wrong is mended, and never twice")
    func replayed() async throws {
        let ingest = try await ServedIngest()
        let numbers = try await reject(ingest).fates.map(\.rejectedNumber)
        let early = try await replay(ingest) { $0.numbers = numbers }
        #expect(early.replayed == 0 && early.rejected == 4)
        #expect(early.rows.allSatisfy { $0.state == .waiting && $0.replays == 1 })
        try await ingest.create("wireless") { $0.aliases = ["radio"] }
        var filter = IngestV1.RejectedRowFilter()
        filter.reason = "unknown_channel"
        let first = try await replay(ingest) { ($0.filter, $0.limit) = (filter, 1) }
        #expect(first.rows.map(\.number) == [numbers[0]] && first.replayed == 1)
        let rest = try await replay(ingest) {
            ($0.filter, $0.afterNumber) = (filter, numbers[0])
        }
        #expect(rest.rows.map(\.outcome) == ["accepted", "duplicate"])
        #expect(rest.rows.allSatisfy { $0.state == .replayed && $0.replays == 2 })
        // Nothing is left of them, and those that are named are told as they were.
        #expect(try await replay(ingest) { $0.filter = filter }.rows == [])
        let again = try await replay(ingest) { $0.numbers = numbers }
        #expect(again.replayed == 0 && again.rejected == 1)
        #expect(again.rows.map(\.outcome) == ["accepted", "", "accepted", "duplicate"])
        #expect(again.rows.map(\.replays) == [2, 2, 2, 2])
        #expect(
            try await ingest.lines(
                "select day, channel_slug, spend from ingest_v1_spend order by day"
            ) == ["2026-01-01|wireless|1.000000", "2026-01-03|wireless|3.000000"]
        )
        #expect(try await ingest.lines("select max(revision) from spend") == ["1"])
        await ingest.stop()
    }

    @Test("that are sent again wait once, for what is wrong with them now")
    func again() async throws {
        let ingest = try await ServedIngest()
        let first = try await reject(ingest)
        let second = try await reject(ingest)
        #expect(second.fates.map(\.rejectedNumber) == first.fates.map(\.rejectedNumber))
        #expect(Set(first.fates.map(\.rejectedNumber)).count == 4 && second.batch != first.batch)
        let kept = try await ingest.rejected.listRejectedRows(.init()).message.value().rows
        #expect(kept.count == 4 && kept.allSatisfy { $0.batch == second.batch })
        // The same rows of another source are others; so are those that come after a replay.
        let other = try await ingest.write(
            [.row("2026-01-01", "1") { $0.channel = "radio" }],
            from: "elsewhere"
        )
        #expect(other.fates[0].rejectedNumber > first.fates[3].rejectedNumber)
        var discard = IngestV1.DiscardRejectedRowsRequest()
        discard.numbers = first.fates.map(\.rejectedNumber)
        _ = try await ingest.rejected.discardRejectedRows(discard)
        #expect(try await reject(ingest).fates[0].rejectedNumber > other.fates[0].rejectedNumber)
        await ingest.stop()
    }

    @Test("replayed by many at once are written once")
    func race() async throws {
        let ingest = try await ServedIngest()
        let numbers = try await reject(ingest).fates.map(\.rejectedNumber)
        try await ingest.create("radio")
        let responses = try await withThrowingTaskGroup(
            of: IngestV1.ReplayRejectedRowsResponse.self
        ) { group in
            for _ in 0..<6 {
                group.addTask { try await replay(ingest) { $0.numbers = numbers } }
            }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(responses.map(\.replayed).reduce(0, +) == 3)
        #expect(try await ingest.lines("select count(*), max(revision) from spend") == ["2|1"])
        await ingest.stop()
    }

    @Test("of all kinds are written again by what writes their kind")
    func kinds() async throws {
        let ingest = try await ServedIngest()
        let far = "2999-01-01"
        try await ingest.write([IngestV1.KpiRow.row(far, "a", "1")])
        try await ingest.write([IngestV1.CovariateRow.row(far, "a", 1)])
        try await ingest.write([IngestV1.ExchangeRateRow.row(far, "USD", "EUR", "1")])
        try await ingest.write([IngestV1.MarginRow.row(far, "a", "1")])
        try await ingest.write([.row(far, "1")])
        var request = IngestV1.ListRejectedRowsRequest()
        request.pageSize = 2
        var kinds: [String] = []
        repeat {
            let page = try await ingest.rejected.listRejectedRows(request).message.value()
            kinds += page.rows.map(\.kind)
            request.pageToken = page.nextPageToken
        } while !request.pageToken.isEmpty
        #expect(kinds == ["spend", "margin", "exchange_rate", "covariate", "kpi"])
        // The time has come.
        let schema = ingest.served.members[0].id.schemaName
        for (type, text) in [
            ("KpiRow", #"{"date":"2026-01-01","name":"a","value":"1"}"#),
            ("CovariateRow", #"{"date":"2026-01-01","name":"a","value":1}"#),
            (
                "ExchangeRateRow",
                #"{"date":"2026-01-01","base":"USD","quote":"EUR","rate":"1"}"#
            ),
            ("MarginRow", #"{"date":"2026-01-01","name":"a","margin":"1"}"#),
        ] {
            let bytes: SharedBytes =
                switch type {
                case "KpiRow": try IngestV1.KpiRow(json: text).encoded()
                case "CovariateRow": try IngestV1.CovariateRow(json: text).encoded()
                case "ExchangeRateRow": try IngestV1.ExchangeRateRow(json: text).encoded()
                default: try IngestV1.MarginRow(json: text).encoded()
                }
            let digits = [UInt8](copying: bytes.bytes).map { byte in
                String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
            }.joined()
            try await ingest.served.fixture.database.run(
                """
                update \(schema).rejected_rows set body = '\\x\(digits)'
                where message_type = 'sextant.ingest.v1.\(type)'
                """
            )
        }
        let replayed = try await replay(ingest) { _ in }
        #expect(
            replayed.rows.map(\.outcome) == ["accepted", "accepted", "accepted", "accepted", ""]
        )
        await ingest.stop()
    }

    @Test("that cannot be read any more stay where they are, and say so")
    func unreadable() async throws {
        let ingest = try await ServedIngest()
        let numbers = try await reject(ingest).fates.map(\.rejectedNumber)
        let schema = ingest.served.members[0].id.schemaName
        try await ingest.served.fixture.database.run(
            """
            update \(schema).rejected_rows set body = '\\x0a' where number = \(numbers[0]);
            update \(schema).rejected_rows set form = 'line', message_type = ''
            where number = \(numbers[1]);
            update \(schema).rejected_rows set kind = 'event' where number = \(numbers[2]);
            """
        )
        // The third is of a form that no event has.
        let three = try await replay(ingest) { $0.numbers = Array(numbers.prefix(3)) }
        #expect(three.rejected == 3 && three.rows.allSatisfy { $0.reason == "unreadable" })
        await ingest.stop()
    }

    @Test("are counted by what is wrong, told one after the other, and given up")
    func counted() async throws {
        let ingest = try await ServedIngest()
        let response = try await reject(ingest)
        let numbers = response.fates.map(\.rejectedNumber)
        var discard = IngestV1.DiscardRejectedRowsRequest()
        discard.numbers = [numbers[0], numbers[0], 999_999]
        #expect(
            try await ingest.rejected.discardRejectedRows(discard).message.value().discarded == 1
        )
        #expect(
            try await ingest.rejected.discardRejectedRows(discard).message.value().discarded == 0
        )
        let counts = try await ingest.rejected.countRejectedRows(.init()).message.value().counts
        #expect(
            counts.map { "\($0.rows) \($0.kind) \($0.reason) \($0.field) \($0.state)" } == [
                "2 spend unknown_channel channel \(IngestV1.RejectedRow.State.waiting)",
                "1 spend missing currency \(IngestV1.RejectedRow.State.waiting)",
                "1 spend unknown_channel channel \(IngestV1.RejectedRow.State.discarded)",
            ]
        )
        #expect(counts.allSatisfy { $0.firstTime != nil && $0.lastTime != nil })
        // What was given up is not written any more.
        try await ingest.create("radio")
        let replayed = try await replay(ingest) { $0.numbers = numbers }
        #expect(replayed.rows.map(\.state) == [.discarded, .waiting, .replayed, .replayed])
        var export = IngestV1.ExportRejectedRowsRequest()
        export.filter = IngestV1.RejectedRowFilter()
        export.filter?.batch = response.batch
        let stream = try await ingest.rejected.exportRejectedRows(export)
        var exported: [IngestV1.RejectedRow] = []
        while let message = try await stream.next() { exported += message.value().rows }
        #expect(exported.map(\.number) == numbers)
        #expect(
            try exported.map { try IngestV1.SpendRow(json: $0.text).spend } == ["1", "2", "3", "1"]
        )
        export.filter?.state = .waiting
        let waiting = try await ingest.rejected.exportRejectedRows(export)
        #expect(try await waiting.next()?.value().rows.map(\.number) == [numbers[1]])
        #expect(try await waiting.next() == nil)
        await ingest.stop()
    }

    @Test("that are long are told one by one, and not in lists")
    func long() async throws {
        let ingest = try await ServedIngest()
        let text = String(repeating: "x", count: 300_000)
        try await ingest.write([
            .row("2026-01-01", "1") { $0.campaign = text },
            .row("2026-01-02", "1") { $0.campaign = text }, .row("2026-01-03", "x"),
        ])
        let rows = try await ingest.rejected.listRejectedRows(.init()).message.value().rows
        #expect(rows.map(\.text.isEmpty) == [false, true, true])
        #expect(rows.map(\.reason) == ["malformed", "too_long", "too_long"])
        let stream = try await ingest.rejected.exportRejectedRows(.init())
        var messages: [[String]] = []
        while let message = try await stream.next() {
            messages.append(
                try message.value().rows.map { try IngestV1.SpendRow(json: $0.text).campaign }
            )
        }
        #expect(messages == [[text], [text], ["brand"]])
        await ingest.stop()
    }

    @Test("are not asked for by filters that mean nothing")
    func faults() async throws {
        let ingest = try await ServedIngest()
        for (field, change) in [
            ("filter.kind", { $0.kind = "nothing" }), ("filter.batch", { $0.batch = "1" }),
            ("filter.state", { $0.state = IngestV1.RejectedRow.State(rawValue: 9) }),
        ] as [(String, (inout IngestV1.RejectedRowFilter) -> Void)] {
            var request = IngestV1.CountRejectedRowsRequest()
            var filter = IngestV1.RejectedRowFilter()
            change(&filter)
            request.filter = filter
            let error = await #expect(throws: RPCError.self) {
                try await ingest.rejected.countRejectedRows(request)
            }
            #expect(error?.explanation.violations.map(\.field) == [field])
        }
        for (field, change) in [
            ("numbers", { $0.numbers = Array(0...1_000) }), ("limit", { $0.limit = 1_001 }),
            ("filter", { ($0.numbers, $0.filter) = ([1], IngestV1.RejectedRowFilter()) }),
            (
                "filter.state",
                {
                    $0.filter = IngestV1.RejectedRowFilter()
                    $0.filter?.state = .replayed
                }
            ),
        ] as [(String, (inout IngestV1.ReplayRejectedRowsRequest) -> Void)] {
            let error = await #expect(throws: RPCError.self) {
                try await replay(ingest, change)
            }
            #expect(error?.explanation.violations.map(\.field) == [field])
        }
        let none = await #expect(throws: RPCError.self) {
            try await ingest.rejected.discardRejectedRows(.init())
        }
        #expect(none?.code == .invalidArgument)
        await ingest.stop()
    }
}
