import Contracts
import Messages
import RPC
import Telemetry
import TestKit
import TestTenants
import Testing
import Wire

@testable import Ingest

@Suite("Findings", .timeLimit(.minutes(5)))
struct FindingsTests {
    private static var today: Int { Int(UTCTimestamp.now.milliseconds / 86_400_000) }

    /// A row of spend of a channel in pounds, for which there is no rate.
    private static func row(_ day: Int, _ campaign: String = "a") -> IngestV1.SpendRow {
        .row(QualityWorld.text(day), "1") {
            ($0.platform, $0.currency, $0.channel) = ("meta", "GBP", "paid_social")
            $0.campaign = campaign
        }
    }

    private func rates(_ days: ClosedRange<Int>) -> [IngestV1.ExchangeRateRow] {
        days.map { .row(QualityWorld.text($0), "GBP", "EUR", "1.2") }
    }

    @Test("are opened, kept, resolved, and opened anew, by the snapshots of days")
    func lifecycle() async throws {
        let ingest = try await ServedIngest()
        let today = Self.today
        let days = today - 5...today - 1
        try await ingest.write(days.map { Self.row($0) })
        func take(_ day: Int) async throws -> [String] {
            try await ingest.takeSnapshot(of: QualityWorld.text(day))
            return try await ingest.findings { $0.rule = "missing_exchange_rates" }.map {
                "\($0.state == .open) \($0.snapshots) \($0.firstDate == $0.lastDate)"
            }
        }
        #expect(try await take(today - 4) == ["true 1 true"])
        #expect(try await take(today - 3) == ["true 2 false"])
        // One of a day before moves nothing.
        #expect(try await take(today - 5) == ["true 2 false"])
        try await ingest.write(rates(today - 6...today - 1))
        #expect(try await take(today - 2) == ["false 2 false"])
        #expect(try await take(today - 2) == ["false 2 false"])
        // A currency without a rate again: another finding.
        try await ingest.write([
            .row(QualityWorld.text(today - 1), "1") {
                ($0.currency, $0.platform, $0.channel) = ("CHF", "meta", "paid_social")
            }
        ])
        #expect(try await take(today - 1) == ["true 1 true", "false 2 false"])
        let finding = try #require(
            try await ingest.findings { ($0.rule, $0.state) = ("missing_exchange_rates", .open) }
                .first
        )
        #expect(finding.severity == .error && finding.metric == "rows_without_rate")
        #expect(finding.dimensions["currency"] == "CHF" && finding.dimensions["kind"] == "spend")
        #expect(finding.evidence?.value == 1 && finding.evidence?.count == 1)
        #expect(
            finding.summary
                == "rows_without_rate of currency 'CHF', kind 'spend' is 1.0, above 0.0"
        )
        #expect(finding.advice.hasPrefix("Write the exchange rates"))
        #expect(finding.openTime != nil && finding.resolveTime == nil)
        await ingest.stop()
    }

    @Test("are noted on and muted by whoever says why, also when they come back")
    func notes() async throws {
        let ingest = try await ServedIngest()
        let today = Self.today
        try await ingest.write([Self.row(today - 3)])
        try await ingest.takeSnapshot(of: QualityWorld.text(today - 3))
        func open() async throws -> IngestV1.QualityFinding {
            let found = try await ingest.findings {
                ($0.rule, $0.state) = ("missing_exchange_rates", .open)
            }
            let first = found.first
            return try #require(first)
        }
        func note(
            _ number: Int64,
            _ reason: String,
            in seconds: Int64? = nil
        ) async throws -> IngestV1.QualityFinding {
            var request = IngestV1.NoteFindingRequest()
            (request.number, request.reason) = (number, reason)
            request.muteUntil = seconds.map {
                let time = UTCTimestamp.now.milliseconds + $0 * 1_000
                return GoogleProtobuf.Timestamp(UTCTimestamp(milliseconds: time))
            }
            return try await ingest.quality.noteFinding(request).message.value()
        }
        let first = try await open()
        #expect(try await note(first.number, "known").muted == false)
        let muted = try await note(first.number, "the bank is asked", in: 3_600)
        #expect(muted.muted && muted.notes.map(\.reason) == ["the bank is asked", "known"])
        let actor = "user:\(ingest.served.members[0].canary.text)"
        #expect(muted.notes.map(\.actor) == [actor, actor])
        #expect(try await ingest.findings { $0.excludesMuted = true }.allSatisfy { !$0.muted })

        // It is resolved, and comes back: it is muted still, until somebody ends that.
        try await ingest.write(rates(today - 4...today - 3))
        try await ingest.takeSnapshot(of: QualityWorld.text(today - 2))
        try await ingest.rows("delete from exchange_rates")
        try await ingest.takeSnapshot(of: QualityWorld.text(today - 1))
        let again = try await open()
        #expect(again.number > first.number && again.muted && again.notes.isEmpty)
        #expect(try await note(again.number, "no more", in: -60).muted == false)

        for (number, reason, seconds) in [
            (again.number, "", nil), (again.number, String(repeating: "x", count: 501), nil),
            (again.number, "x", 401 * 86_400), (0, "x", nil), (999, "x", nil),
        ] as [(Int64, String, Int64?)] {
            let error = await #expect(throws: RPCError.self) {
                try await note(number, reason, in: seconds)
            }
            #expect(error?.code == (number == again.number ? .invalidArgument : .notFound))
        }
        await ingest.stop()
    }

    @Test("are made by rules that a tenant changes, tries, switches off and takes back")
    func rules() async throws {
        let ingest = try await ServedIngest()
        let today = Self.today
        try await ingest.write((today - 6...today - 1).map { Self.row($0) })
        for day in today - 3...today - 1 {
            try await ingest.takeSnapshot(of: QualityWorld.text(day))
        }
        let standard = try await ingest.quality.listRules(.init()).message.value()
        #expect(standard.rules.map { $0.rule?.name } == QualityRule.standard.keys.sorted())
        #expect(standard.metrics.map(\.name) == QualityMeasure.allCases.map(\.rawValue))

        // The rows without a rate are 4, 5 and 6 by then.
        var rule = IngestV1.QualityRule()
        (rule.name, rule.metric) = ("many_without_rate", "rows_without_rate")
        (rule.comparison, rule.threshold, rule.severity) = (.above, 4, .info)
        rule.dimensions = MapField([("currency", "GBP")])
        var tried = try await ingest.put(rule: rule, validateOnly: true)
        #expect(tried.triedSnapshots == 3)
        #expect(tried.trials.map(\.snapshot) == [3, 2])
        #expect(tried.trials.map { $0.metrics.map(\.value) } == [[6], [5]])
        rule.windowDays = 2
        tried = try await ingest.put(rule: rule, validateOnly: true)
        #expect(tried.trials.map(\.snapshot) == [3])
        #expect(try await ingest.quality.listRules(.init()).message.value().rules.count == 15)
        try await ingest.put(rule: rule)
        var off = IngestV1.QualityRule()
        (off.name, off.metric) = ("missing_exchange_rates", "rows_without_rate")
        (off.comparison, off.severity, off.disabled) = (.above, .error, true)
        let stored = try await ingest.put(rule: off)
        #expect(stored.rule?.standard == true && stored.rule?.reason == "a test")
        let names = try await ingest.quality.listRules(.init()).message.value().rules
            .filter { !$0.actor.isEmpty }.map { $0.rule?.name }
        #expect(names == ["many_without_rate", "missing_exchange_rates"])

        // The last two days again, by the rules that are in force now.
        try await ingest.takeSnapshot(of: QualityWorld.text(today - 1))
        let found = try await ingest.findings { $0.state = .open }
        #expect(found.contains { $0.rule == "many_without_rate" })
        #expect(!found.contains { $0.rule == "missing_exchange_rates" })
        #expect(
            try await ingest.findings { $0.leastSeverity = .error }.allSatisfy {
                $0.severity == .error
            }
        )

        var request = IngestV1.DeleteQualityRuleRequest()
        request.name = "many_without_rate"
        _ = try await ingest.quality.deleteRule(request)
        try await ingest.takeSnapshot(of: QualityWorld.text(today - 1))
        #expect(
            try await ingest.findings { $0.rule = "many_without_rate" }.map(\.state) == [.resolved]
        )
        let error = await #expect(throws: RPCError.self) {
            try await ingest.quality.deleteRule(request)
        }
        #expect(error?.code == .notFound)
        await ingest.stop()
    }

    @Test("have no rule that is not well made: each fault is named")
    func faults() async throws {
        let ingest = try await ServedIngest()
        var good = IngestV1.QualityRule()
        (good.name, good.metric) = ("a", "null_share")
        (good.comparison, good.threshold, good.severity) = (.above, 0.5, .info)
        _ = try QualityRule(good)
        let faults: [(String, (inout IngestV1.QualityRule) -> Void)] = [
            ("rule.name", { $0.name = "A" }), ("rule.name", { $0.name = "" }),
            ("rule.name", { $0.name = String(repeating: "a", count: 64) }),
            ("rule.metric", { $0.metric = "x" }),
            ("rule.comparison", { $0.comparison = .unspecified }),
            ("rule.threshold", { $0.threshold = .nan }),
            ("rule.threshold", { ($0.comparison, $0.threshold) = (.beyond, -1) }),
            ("rule.window_days", { $0.windowDays = 29 }),
            ("rule.window_days", { $0.windowDays = -1 }),
            ("rule.least_count", { $0.leastCount = -1 }),
            ("rule.severity", { $0.severity = .unspecified }),
            ("rule.advice", { $0.advice = String(repeating: "x", count: 501) }),
            ("rule.dimensions[channel]", { $0.dimensions = MapField([("channel", "a")]) }),
        ]
        for (field, change) in faults {
            var rule = good
            change(&rule)
            let error = await #expect(throws: RPCError.self) { try await ingest.put(rule: rule) }
            #expect(error?.code == .invalidArgument, "\(field)")
            #expect(error?.message.contains("\(field): ") == true, "\(error?.message ?? "")")
        }
        #expect(try await ingest.rows("select count(*) from quality_rules") == ["0"])
        await ingest.stop()
    }
}
