import Files
import Foundation
import TestKit
import Testing
import Wire

/// Published files, as their authors wrote them.
@Suite(
    "Published files",
    .timeLimit(.minutes(5)),
    .enabled(if: Reference.folder != nil, "no reference data")
)
struct ReferenceFileTests {
    /// What a file is, and columns that say most of it.
    struct Case: Sendable, CustomTestStringConvertible {
        let file: String
        let kind: FileKind
        let roles: [String: ColumnRole]

        var testDescription: String { file }
    }

    private static let meridian: [String: ColumnRole] = [
        "time": .date, "geo": .geo, "conversions": .kpi, "revenue_per_conversion": .valuePerUnit,
        "population": .population, "Channel0_spend": .spend, "Channel0_impression": .impressions,
        "sentiment_score_control": .control,
    ]

    static let cases: [Case] = [
        Case(
            file: "attribution/channelattribution_pathdata.csv",
            kind: .paths,
            roles: [
                "path": .path, "total_conversions": .conversions,
                "total_conversion_value": .value, "total_null": .nulls,
            ]
        ),
        Case(file: "attribution/synthetic_50k_agg.csv", kind: .paths, roles: ["path": .path]),
        Case(
            file: "mmm/meridian_geo_all_channels.csv",
            kind: .mixModel,
            roles: meridian.merging(["": .ignored, "Organic_channel0_impression": .organic]) { $1 }
        ),
        Case(
            file: "mmm/meridian_geo_full_funnel_data.csv",
            kind: .mixModel,
            roles: [
                "time": .date, "geo": .geo, "conversions": .kpi, "BrandedGQV_control": .control,
                "AwarenessVideo_spend": .spend, "AwarenessVideo_impression": .impressions,
            ]
        ),
        Case(file: "mmm/meridian_geo_media.csv", kind: .mixModel, roles: meridian),
        Case(
            file: "mmm/meridian_hypothetical_geo_all_channels.csv",
            kind: .mixModel,
            roles: ["Unnamed: 0": .ignored, "time": .date, "Channel0_spend": .spend]
        ),
        Case(
            file: "mmm/meridian_national_all_channels.csv",
            kind: .mixModel,
            roles: ["time": .date, "conversions": .kpi, "Channel4_spend": .spend]
        ),
        Case(
            file: "mmm/pymc_mmm_example.csv",
            kind: .mixModel,
            roles: ["date_week": .date, "y": .kpi, "x1": .spend, "x2": .spend, "t": .control]
        ),
        Case(
            file: "mmm/pymc_mmm_multidimensional_example.csv",
            kind: .mixModel,
            roles: ["date": .date, "geo": .geo, "y": .kpi, "x1": .spend, "event_1": .control]
        ),
        Case(
            file: "mmm/pymc_mmm_roas_data.csv",
            kind: .mixModel,
            roles: ["date": .date, "y": .kpi, "x1": .spend, "x1_effect": .ignored, "z": .control]
        ),
        Case(
            file: "mmm/robyn_dt_simulated_weekly.csv",
            kind: .mixModel,
            roles: [
                "DATE": .date, "revenue": .kpi, "tv_S": .spend, "facebook_I": .impressions,
                "search_clicks_P": .clicks, "competitor_sales_B": .control, "events": .control,
                "newsletter": .organic,
            ]
        ),
        Case(
            file: "mmm/robyn_prophet_holidays_DE_US_GB_FR.csv",
            kind: .holidays,
            roles: ["ds": .date, "holiday": .holiday, "country": .country, "year": .ignored]
        ),
    ]

    private struct Totals: Decodable {
        let rows: Int
        let sums: [String: String]
    }

    @Test("are known for what they are, and add up as Python's decimals do", arguments: cases)
    func totals(file: Case) async throws {
        let path = try #require(Reference.folder).path + "/data/" + file.file
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        let start = Array(bytes.prefix(FileGuess.sampleSize))
        let guess = try FileGuess(start: start.rawBytes, isWhole: start.count == bytes.count)
        #expect(guess.plan.kind == file.kind, "\(guess.kind)")
        #expect(guess.isReadable && guess.findings.isEmpty, "\(guess.findings)")
        for column in guess.plan.columns {
            guard let role = file.roles[column.header] else { continue }
            #expect(column.role == role, "\(column.header)")
        }
        #expect(Set(guess.plan.columns.map(\.header)).isSuperset(of: file.roles.keys))
        #expect(try guess.preview(now: today).count == 10)

        let output = try await OutsideProgram.run(
            OutsideProgram.python,
            OutsideProgram.repository + "/Tests/FilesTests/Peers/totals.py",
            path
        )
        try #require(output.status == 0, "\(output.errors)")
        let totals = try JSONDecoder().decode(Totals.self, from: Data(output.bytes))
        let rows = try read(bytes, guess.plan)
        #expect(rows.count { if case .read = $0.fate { true } else { false } } == totals.rows)
        #expect(rows.count == totals.rows + 1)
        let sums = try sums(rows, guess.plan)
        #expect(!sums.isEmpty || file.kind == .holidays)
        for (header, sum) in sums {
            let expected = try #require(totals.sums[header], "\(header) is no number for Python")
            #expect(sum.isEqual(to: expected), "\(header): \(sum), Python \(expected)")
        }
    }

    /// The sums of all columns that are read as numbers.
    private func sums(
        _ rows: [FileReader.Row],
        _ plan: FilePlan
    ) throws -> [String: ExactDecimal] {
        var sums: [String: ExactDecimal] = [:]
        var words: Set<String> = []
        func add(_ number: ExactDecimal, _ header: String) throws {
            let sum: ExactDecimal = try #require((sums[header] ?? .zero).adding(number))
            sums[header] = sum
        }
        func header(_ role: ColumnRole) -> String {
            plan.columns.first { $0.role == role }?.header ?? ""
        }
        for case .read(let row) in rows.map(\.fate) {
            switch row {
            case .path(let path):
                try add(path.conversions, header(.conversions))
                try add(path.value, header(.value))
                try add(path.nulls, header(.nulls))
            case .series(let series):
                for value in series.values {
                    let header = plan.columns[value.column].header
                    switch value.content {
                    case .number(let number): try add(number, header)
                    case .word: words.insert(header)
                    }
                }
            case .event, .spend, .holiday: break
            }
        }
        return sums.filter { !words.contains($0.key) }
    }

    @Test("have the totals that their sources state")
    func stated() throws {
        let folder = try #require(Reference.folder).appendingPathComponent("data")
        let paths = folder.appendingPathComponent("attribution/channelattribution_pathdata.csv")
        let bytes = [UInt8](try Data(contentsOf: paths))
        let guess = try FileGuess(start: bytes.rawBytes, isWhole: true)
        let sums = try sums(try read(bytes, guess.plan), guess.plan)
        #expect(sums["total_conversions"]?.isEqual(to: "19785") == true)
        #expect(sums["total_conversion_value"]?.rounded(to: 6).description == "74802.971587")
        #expect(sums["total_null"]?.isEqual(to: "68602") == true)
    }

    @Test("without a date are refused, with what to do")
    func noDate() throws {
        let path = "data/mmm/robyn_df_curve_reach_freq.csv"
        let file = try #require(Reference.folder).appendingPathComponent(path)
        let bytes = [UInt8](try Data(contentsOf: file))
        let guess = try FileGuess(start: bytes.rawBytes, isWhole: true)
        #expect(!guess.isReadable)
        #expect(guess.findings.map(\.rule).contains(.noDate))
        #expect(guess.findings.allSatisfy { !$0.remedy.isEmpty })
    }
}

extension ExactDecimal {
    /// Whether it is the number that Python's `decimal` prints.
    func isEqual(to text: String) -> Bool {
        let parts = text.uppercased().split(separator: "E")
        guard let first = parts.first, let number = Foundation.Decimal(string: String(first)) else {
            return false
        }
        let power = parts.count > 1 ? Int(parts[1]) ?? 0 : 0
        let mine = Foundation.Decimal(string: description)
        let scale = Foundation.Decimal(sign: .plus, exponent: power, significand: 1)
        return mine == number * scale
    }
}
