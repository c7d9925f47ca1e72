import Foundation
import Messages
import TestKit
import Testing

@testable import Ingest

/// Published files, sent as their authors wrote them.
@Suite(
    "Imports of published files",
    .timeLimit(.minutes(5)),
    .enabled(if: Reference.folder != nil, "no reference data")
)
struct ReferenceImportTests {
    /// The files, and what of them comes to lie where: figures of `wc` and of Python's decimals.
    private static let files: [(name: String, kind: String, query: String, answer: String)] = [
        (
            "attribution/channelattribution_pathdata.csv", "paths",
            "select sum(conversions), sum(nulls), round(sum(value), 2) from import_paths",
            "19785.000000|68602.000000|74802.97"
        ),
        (
            "attribution/synthetic_50k_agg.csv", "paths",
            "select sum(conversions + nulls) from import_paths", "50000.000000"
        ),
        ("mmm/pymc_mmm_example.csv", "mix_model", "select count(*) from spend", "358"),
        (
            "mmm/pymc_mmm_multidimensional_example.csv", "mix_model",
            "select count(distinct geo) from kpi", "2"
        ),
        ("mmm/pymc_mmm_roas_data.csv", "mix_model", "select count(*) > 0 from spend", "t"),
        (
            "mmm/robyn_dt_simulated_weekly.csv", "mix_model",
            "select count(*), count(impressions) > 0 from spend", "1040|t"
        ),
        (
            "mmm/meridian_national_all_channels.csv", "mix_model",
            "select count(*) from kpi", "156"
        ),
    ]

    @Test(
        "all of their rows are accepted without editing, and again are duplicates",
        arguments: 0..<files.count
    )
    func accepted(index: Int) async throws {
        let file = Self.files[index]
        let url = try #require(Reference.folder).appendingPathComponent("data/" + file.name)
        let bytes = [UInt8](try Data(contentsOf: url))
        let ingest = try await ServedIngest()
        let done = try await ingest.importFile(bytes)
        #expect(done.state == .completed && done.findings.isEmpty, "\(done.findings)")
        #expect(done.plan?.kind == file.kind)
        #expect(done.rows > 100 && done.rejected == 0)
        #expect(done.accepted == done.rows)
        #expect(try await ingest.lines(file.query) == [file.answer])
        if file.kind != "paths" {
            let again = try await ingest.importFile(bytes) { $0.again = true }
            #expect(again.duplicate == done.rows && again.rows == done.rows)
            #expect(try await ingest.lines(file.query) == [file.answer])
        }
        await ingest.stop()
    }

    @Test("one without dates is not read before somebody says which column has them")
    func refused() async throws {
        let folder = try #require(Reference.folder)
        let url = folder.appendingPathComponent("data/mmm/robyn_df_curve_reach_freq.csv")
        let ingest = try await ServedIngest()
        let told = try await ingest.importFile([UInt8](try Data(contentsOf: url)))
        #expect(told.state == .waiting)
        #expect(told.findings.contains { $0.rule == "no_date" && !$0.remedy.isEmpty })
        #expect(told.rows == 0)
        await ingest.stop()
    }
}
