import Contracts
import Messages
import Panels
import RPC
import TestTenants
import Testing

@testable import MixModel

@Suite("Wide tables of weeks that are imported", .timeLimit(.minutes(5)))
struct WideTableTests {
    private static let weeks = 60

    /// The numbers of a week: revenue, two media, a price.
    private static func numbers(_ week: Int) -> [Double] {
        [
            5_000 + Double(week * 37 % 500), Double(100 + week * 13 % 90),
            Double(week % 3 == 0 ? 0 : 40 + week * 7 % 50), 9 + Double(week % 5) / 4,
        ]
    }

    /// A row for each week that begins on a Saturday, which is no tenant's first day by default.
    private static func table() -> String {
        let rows = (0..<weeks).map { week in
            let day = PanelDay(number: 18_902 + 7 * week)
            return ([day.description] + numbers(week).map { "\($0)" }).joined(separator: ",")
        }
        return (["week,revenue,tv_spend,radio_spend,price"] + rows).joined(separator: "\n") + "\n"
    }

    private static func values(
        _ name: String,
        _ panel: MixModelV1.PreviewPanelResponse
    ) -> [Double]? {
        panel.columns.first { $0.name == name }?.values
    }

    @Test("make a panel as it is: of their weeks, and of channels that their columns name")
    func panel() async throws {
        let mix = try await ServedMixModel()
        let done = try await mix.importText(Self.table(), named: "table.csv")
        #expect(done.state == .completed && done.accepted == Self.weeks, "\(done.findings)")
        let panel = try await mix.preview { $0.controls = ["price"] }
        #expect(panel.firstDate == "2021-10-02" && panel.periods == Self.weeks)
        #expect(panel.daysPerPeriod == 7 && panel.unmappedSpendRows == 0)
        #expect(panel.partialCells == 0)
        for (place, name) in ["revenue", "tv", "radio", "price"].enumerated() {
            let expected = (0..<Self.weeks).map { Self.numbers($0)[place] }
            #expect(Self.values(name, panel) == expected, "\(panel.columns.map(\.name))")
        }
        // Whole weeks from a day on and up to one.
        for (last, expected) in [("2021-11-12", "2021-11-12"), ("2021-11-11", "2021-11-05")] {
            let part = try await mix.preview { selection in
                (selection.firstDate, selection.lastDate) = ("2021-10-03", last)
            }
            #expect(part.firstDate == "2021-10-09" && part.lastDate == expected)
        }
        let error = await #expect(throws: RPCError.self) {
            try await mix.preview { $0.period = .day }
        }
        #expect(error?.code == .failedPrecondition && error?.message.contains("of weeks") == true)
        await mix.stop()
    }
}
