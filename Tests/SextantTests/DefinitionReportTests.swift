import Foundation
import Messages
import Testing
import Wire

@testable import Command

@Suite("What people are told of definitions")
struct DefinitionReportTests {
    private static func version(
        _ number: Int64,
        _ state: IngestV1.Definition.State
    )
        -> IngestV1.Definition
    {
        var definition = IngestV1.Definition()
        (definition.subject, definition.version, definition.state) = ("touch-rule", number, state)
        (definition.revision, definition.reason, definition.actor) = (2, "fewer", "key:k1")
        definition.updateTime = .init()
        definition.updateTime?.seconds = 1_770_000_000
        return definition
    }

    @Test("are versions in a table, one that was never written without a time")
    func versions() {
        var first = Self.version(1, .active)
        (first.updateTime, first.actor) = (nil, "")
        var answer = IngestV1.ListDefinitionVersionsResponse()
        answer.versions = [Self.version(2, .draft), first]
        #expect(
            TextTable.text(answer.rows) == """
                version  state     revision  written           by      reason
                2        draft     2         2026-02-02 02:40  key:k1  fewer
                1        in force  2                                   fewer
                """
        )
    }

    @Test("are the parts of a touch rule, and what it was based on")
    func touchRule() {
        var definition = Self.version(2, .archived)
        definition.baseVersion = 1
        var rule = IngestV1.TouchRule()
        (rule.idleMinutes, rule.ignoredSources, rule.withoutDirect) = (30, ["pay", "bank"], true)
        definition.content = .touchRule(rule)
        let report = definition.text
        #expect(
            report.hasPrefix(
                """
                touch-rule 2  archived, revision 2
                  written     2026-02-02 02:40, by key:k1, fewer
                  based on    version 1

                a session ends after  30 minutes without an act
                """
            ),
            "\(report)"
        )
        #expect(report.contains("ignored sources       pay, bank\nmessages              none\n"))
        #expect(report.hasSuffix("direct sessions       are no touches"))
    }

    @Test("are conversion definitions, a line each")
    func conversions() {
        var lead = IngestV1.ConversionDefinition()
        (lead.name, lead.kind, lead.effect, lead.eventName) = (
            "l", "lead", .conversion, "Signed Up"
        )
        (lead.valueMode, lead.fixedValue, lead.defaultCurrency) = (.fixed, "25.00", "EUR")
        (lead.dedup, lead.eventKind) = (.event, .custom)
        var refund = IngestV1.ConversionDefinition()
        (refund.name, refund.kind, refund.effect, refund.eventKind) = ("r", "p", .refund, .refund)
        (refund.valueFields, refund.currencyFields) = (["value", "properties.v"], ["currency"])
        (refund.defaultCurrency, refund.orderFields) = ("CHF", ["order_id"])
        refund.filters = [.init()]
        var definition = Self.version(2, .draft)
        var definitions = IngestV1.ConversionDefinitions()
        definitions.definitions = [lead, refund]
        definition.content = .conversionDefinitions(definitions)
        let lines = definition.text.split(separator: "\n").suffix(3).map { line in
            line.split(separator: #/ {2,}/#).joined(separator: "|")
        }
        #expect(
            lines == [
                "name|kind|effect|events|filters|value|currency|order",
                "l|lead|conversion|'Signed Up' of kind custom|25.00|EUR|, each event counts",
                "r|p|refund|of kind refund|1|value, else properties.v|currency, else CHF|order_id",
            ]
        )
    }

    @Test("is what a trial has found, with all that is wrong")
    func trial() {
        var report = IngestV1.DefinitionReport()
        (report.from, report.to, report.timeZone) = ("2026-01-01", "2026-01-31", "UTC")
        report.activeVersion = 1
        var sample = IngestV1.EventSample()
        (sample.events, sample.lookedAt, sample.sampled) = (900, 90, true)
        report.sample = sample
        report.conversions = .init()
        #expect(
            report.text == """
                tried on 90 of 900 events, drawn by chance, from 2026-01-01 to 2026-01-31 (UTC), \
                beside version 1
                neither finds any
                """
        )
        var count = IngestV1.ConversionReport.Count()
        (count.kind, count.effect, count.currency) = ("lead", .conversion, "EUR")
        (count.events, count.value, count.activeEvents, count.activeValue) = (3, "7.5", 5, "9")
        var fault = IngestV1.ConversionReport.Unreadable()
        (fault.definition, fault.problem, fault.events) = ("l", "value is missing", 2)
        fault.examples = ["e1"]
        var conflicts = IngestV1.ConversionReport.Conflicts()
        (conflicts.orders, conflicts.events, conflicts.examples) = (1, 2, ["o1"])
        report.conversions?.counts = [count]
        report.conversions?.unreadable = [fault]
        report.conversions?.conflicts = conflicts
        report.conversions?.duplicates = 4
        report.conversions?.claimedTwice = 1
        report.conversions?.claimedTwiceExamples = ["e2"]
        #expect(
            report.text.split(separator: "\n").dropFirst().joined(separator: "\n") == """
                kind  effect      currency  draft  value  in force  value  change
                lead  conversion  EUR       3      7.5    5         9      -2
                l: value is missing in 2 events, as e1
                1 orders contradict themselves in 2 events, as o1
                4 events repeat another one of their order
                1 events are taken by several definitions, of which the first decides, as e2
                """
        )
        #expect(TextTable.csv(report.rows).hasSuffix("\nlead,conversion,EUR,3,7.5,5,9,-2"))
    }

    @Test("is what a trial of a touch rule has found")
    func touchTrial() {
        var report = IngestV1.DefinitionReport()
        var touches = IngestV1.TouchReport()
        var count = IngestV1.TouchReport.Count()
        (count.kind, count.touches, count.activeTouches) = (.session, 8, 5)
        (touches.counts, touches.visitors, touches.pages) = ([count], 4, 20)
        (touches.changedEvents, touches.examples) = (3, ["e7"])
        report.touches = touches
        #expect(
            report.text.split(separator: "\n").dropFirst().joined(separator: "\n") == """
                touches  draft  in force  change
                session  8      5         +3
                4 visitors with 20 pages; the two disagree about 3 events, as e7
                """
        )
    }

    @Test("is a place in each line of a difference")
    func difference() {
        var change = IngestV1.DefinitionDiff.Change()
        (change.path, change.before, change.after) = ("idleMinutes", "30", "20")
        var diff = IngestV1.DefinitionDiff()
        (diff.from, diff.to, diff.changes) = (1, 2, [change])
        #expect(diff.rows == [["place", "version 1", "version 2"], ["idleMinutes", "30", "20"]])
    }

    @Test("is why a file makes no draft")
    func files() throws {
        let path = "/tmp/sxt-definitions-\(UUID().uuidString).json"
        defer { try? FileManager.default.removeItem(atPath: path) }
        let file = DefinitionFile(path: path, subject: "touch-rule")
        let missing = #expect(throws: CommandFailure.self) { try file.read() }
        #expect(missing?.what == "\(path) cannot be read: there is no such file")
        try #"{"idleMinutes": 20}"#.write(toFile: path, atomically: true, encoding: .utf8)
        var rule = IngestV1.TouchRule()
        rule.idleMinutes = 20
        #expect(try file.read() == .touchRule(rule))
        try #"{"definitions": []}"#.write(toFile: path, atomically: true, encoding: .utf8)
        let other = #expect(throws: CommandFailure.self) { try file.read() }
        #expect(other?.what.hasPrefix("\(path) says nothing of touch-rule: ") == true)
        #expect(other?.next == "sextant definitions show touch-rule --content")
        #expect(
            try DefinitionFile(path: path, subject: "conversion-definitions").read()
                == .conversions(.init())
        )
    }
}
