import Panels
import Testing

@testable import Command

@Suite("What people are told of a file for a mix model")
struct MixReportTests {
    /// A file of so many weeks, whose days are written as asked for.
    private static func file(_ weeks: Int, spend: (Int) -> Int = { 100 + $0 * 37 % 53 }) -> [UInt8]
    {
        let rows = (0..<weeks).map { week in
            let (year, number) = (2021 + week / 52, week % 52 + 1)
            let text = number < 10 ? "0\(number)" : "\(number)"
            return "\(year)-W\(text),\(500 + week * 71 % 97),\(spend(week)),\(week * 29 % 31)\n"
        }
        return Array(("week,revenue,tv_spend,weather\n" + rows.joined()).utf8)
    }

    private static func report(_ bytes: [UInt8], _ arguments: String...) throws -> MixReport {
        let command = try #require(Subcommand.mixModels.first)
        let parsed = try ParsedArguments(arguments[...], command.options, of: command.name)
        let context = CommandContext(
            arguments: parsed,
            terminal: Terminal(json: false, isPlain: true, isQuiet: true),
            folder: try DataFolder(option: "/tmp/none")
        )
        return MixReport(try MixOptions(context), bytes)
    }

    @Test("is what columns are, what they hold, and what is found")
    func text() throws {
        let report = try Self.report(Self.file(104), "--column", "weather=control")
        #expect(!report.findings.isRefusal)
        let lines = report.text.split(separator: "\n").map(String.init)
        #expect(
            lines[..<5] == [
                "column    role", "week      date", "revenue   revenue", "tv_spend  spend:tv",
                "weather   control",
            ]
        )
        #expect(lines[5] == "weeks        104, from 2021-01-04 to 2022-12-26")
        #expect(lines.last == "nothing is wrong with it")
        let json = report.json.text
        #expect(json.contains(#""refused":false,"roles":{"week":"date","revenue":"revenue""#))
        #expect(json.contains(#""findings":[],"omittedFindings":0}"#))
    }

    @Test("is why training is refused, row and cell of it")
    func refused() throws {
        var bytes = Self.file(104)
        bytes += Array("2024-W01,many,1,2\n".utf8)
        let report = try Self.report(bytes)
        #expect(report.findings.isRefusal && report.panel == nil)
        #expect(report.text.contains("refuses [number] row 106, revenue “many”: this is no number"))
        #expect(report.json.text.contains(#""row":106,"text":"many""#))
        let never = try Self.report(Self.file(104) { _ in 0 })
        #expect(never.text.contains("nothing is ever spent on the channel"))
        let role = try Self.report(Self.file(104), "--column", "weather=sun")
        #expect(role.text.contains("there is no such role"))
    }

    @Test("is of what options say")
    func options() throws {
        let few = try Self.report(Self.file(104), "--parameters", "40")
        #expect(few.findings.all.map(\.rule) == [.fewPerParameter])
        let outcome = try Self.report(
            Self.file(104),
            "--column",
            "revenue=outcome",
            "--return"
        )
        #expect(outcome.findings.all.map(\.rule) == [.outcomeValue])
    }

    @Test(
        "asks for options that mean something",
        arguments: [
            ["--column", "tv"], ["--dates", "year_first"], ["--decimals", "dot"],
            ["--weeks-from", "someday"], ["--series", "channel"], ["--parameters", "0"],
        ]
    )
    func unknown(_ arguments: [String]) throws {
        let command = try #require(Subcommand.mixModels.first)
        let parsed = try ParsedArguments(arguments[...], command.options, of: command.name)
        let context = CommandContext(
            arguments: parsed,
            terminal: Terminal(json: false, isPlain: true, isQuiet: true),
            folder: try DataFolder(option: "/tmp/none")
        )
        let failure = #expect(throws: CommandFailure.self) { try MixOptions(context) }
        #expect(failure?.status == 2)
    }
}
