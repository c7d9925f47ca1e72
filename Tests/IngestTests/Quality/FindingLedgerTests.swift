import Messages
import Testing
import Wire

@testable import Ingest

@Suite("Findings are moved by snapshots")
struct FindingLedgerTests {
    /// Snapshots one after the other: what each says, and how the finding stands then.
    struct Story: Sendable, CustomTestStringConvertible {
        let looks: [(Int32, FindingState.Look)]
        let isOpen: Bool
        let last: Int32
        let snapshots: Int32

        var testDescription: String { "\(looks)" }
    }

    @Test(
        "kept while they are shown, resolved by what shows the contrary or is silent for long",
        arguments: [
            Story(looks: [], isOpen: true, last: 10, snapshots: 1),
            Story(
                looks: [(11, .broken), (11, .broken)],
                isOpen: true,
                last: 11,
                snapshots: 3
            ),
            Story(looks: [(11, .kept)], isOpen: false, last: 10, snapshots: 1),
            Story(looks: [(10, .kept), (11, .broken)], isOpen: false, last: 10, snapshots: 1),
            Story(looks: [(11, .unruled)], isOpen: false, last: 10, snapshots: 1),
            // Six silent days are not seven, and what was shown meanwhile counts anew.
            Story(
                looks: (11...16).map { ($0, .silent) } + [(17, .broken)]
                    + (18...23).map { ($0, .silent) },
                isOpen: true,
                last: 17,
                snapshots: 2
            ),
            Story(
                looks: (11...17).map { ($0, .silent) },
                isOpen: false,
                last: 10,
                snapshots: 1
            ),
            // Many snapshots of a day are one silence.
            Story(
                looks: (0..<20).map { _ in (11, .silent) },
                isOpen: true,
                last: 10,
                snapshots: 1
            ),
        ]
    )
    func story(_ story: Story) {
        var state = FindingState(openedOn: 10)
        for (day, look) in story.looks { state.look(look, on: day) }
        #expect(state.isOpen == story.isOpen && state.firstDay == 10)
        #expect(state.lastDay == story.last && state.snapshots == story.snapshots)
    }

    private func rule(
        _ name: String,
        _ change: (inout IngestV1.QualityRule) -> Void = { _ in }
    ) throws -> QualityRule {
        var rule = IngestV1.QualityRule()
        rule.name = name
        rule.metric = "reject_share"
        rule.comparison = .above
        rule.threshold = 0.5
        rule.severity = .error
        change(&rule)
        return try QualityRule(rule)
    }

    private func metric(
        _ source: String,
        _ value: Double,
        of count: Double = 10
    )
        -> IngestV1.QualityMetric
    {
        QualityMeasure.rejectShare.metric(["source": source], value, of: count, [:])
    }

    /// The sources whose metrics break a rule after some days.
    private func broken(
        _ rule: QualityRule,
        _ days: [(Int32, [IngestV1.QualityMetric])]
    ) -> [String] {
        var streaks = RuleStreaks(rule)
        for (day, metrics) in days { streaks.go(on: metrics, of: day) }
        return streaks.broken.compactMap { $0.dimensions["source"] }
    }

    @Test("a rule holds in a row of days without a gap, for each source by itself")
    func window() throws {
        let rule = try rule("a") { $0.windowDays = 3 }
        let both = [metric("a", 0.9), metric("b", 0.9)]
        #expect(broken(rule, [(1, both), (2, both), (3, both)]) == ["a", "b"])
        #expect(broken(rule, [(1, both), (2, [metric("a", 0.9)]), (3, both)]) == ["a"])
        #expect(broken(rule, [(1, both), (2, both), (4, both)]) == [])
        #expect(
            broken(rule, [(1, both), (2, [metric("a", 0.5)] + both.dropFirst()), (3, both)]) == [
                "b"
            ]
        )
        let once = try self.rule("b")
        #expect(broken(once, [(3, both)]) == ["a", "b"])
    }

    @Test("a rule is about metrics of its name, its dimensions and enough rows")
    func filters() throws {
        let metrics = [metric("a", 0.9), metric("b", 0.9, of: 9), metric("c", -0.9)]
        #expect(broken(try rule("a"), [(1, metrics)]) == ["a", "b"])
        #expect(broken(try rule("a") { $0.leastCount = 10 }, [(1, metrics)]) == ["a"])
        #expect(broken(try rule("a") { $0.comparison = .below }, [(1, metrics)]) == ["c"])
        #expect(
            broken(try rule("a") { $0.comparison = .beyond }, [(1, metrics)]) == ["a", "b", "c"]
        )
        let only = MapField<String, String>([("source", "b")])
        #expect(broken(try rule("a") { $0.dimensions = only }, [(1, metrics)]) == ["b"])
        #expect(broken(try rule("a") { $0.metric = "null_share" }, [(1, metrics)]) == [])
    }

    @Test("a ledger opens, keeps and resolves what the rules in force say")
    func ledger() throws {
        var streaks = RuleStreaks(try rule("a"))
        streaks.go(
            on: [metric("new", 0.9), metric("kept", 0.8), metric("well", 0.1)],
            of: 20
        )
        var off = RuleStreaks(try rule("off") { $0.disabled = true })
        off.go(on: [metric("new", 0.9)], of: 20)
        let known = [("a", "kept"), ("a", "well"), ("a", "gone"), ("b", "x"), ("off", "new")]
            .enumerated().map { number, key in
                FindingLedger.Known(
                    number: Int64(number),
                    key: .init(rule: key.0, subject: metric(key.1, 0).subject),
                    state: FindingState(openedOn: 19),
                    message: .init()
                )
            }
        let ledger = FindingLedger(known, [streaks, off], on: 20)
        #expect(ledger.moved.map(\.state.isOpen) == [true, false, true, false, false])
        #expect(ledger.moved.map(\.state.snapshots) == [2, 1, 1, 1, 1])
        #expect(ledger.moved[0].message.evidence?.value == 0.8)
        #expect(ledger.resolved == 3)
        #expect(ledger.opened.map(\.key) == [.init(rule: "a", subject: metric("new", 0).subject)])
        #expect(
            ledger.opened[0].message.summary
                == "reject_share of source 'new' is 0.9, above 0.5"
        )
    }

    @Test("subjects of other dimensions are other texts")
    func subjects() {
        let tricky = [
            ["source": "a&kind=b"], ["source": "a", "kind": "b"], ["source": "a%26kind=b"],
            ["source": "a=", "kind": ""], ["source": "a"],
        ]
        let texts = tricky.map { QualityMeasure.rejectShare.metric($0, 0, of: 0, [:]).subject }
        #expect(Set(texts).count == tricky.count)
    }
}
