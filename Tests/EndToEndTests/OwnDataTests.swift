import Foundation
import TestKit
import Testing

@Suite("Data of one's own", .timeLimit(.minutes(5)), .enabled(if: Reference.folder != nil))
struct OwnDataTests {
    @Test("are measured as files have them, or it is said what is to be done")
    func measured() async throws {
        let folder = try #require(Reference.folder).path + "/data"
        let sextant = try InstalledSextant()
        #expect(try await sextant.up("--no-demo").status == 0)
        let paths = try await told(
            sextant,
            "paths",
            folder + "/attribution/channelattribution_pathdata.csv"
        )
        #expect(paths.text.contains("Who gets credit for 19785 conversions, by model"))
        #expect(paths.errors.contains("Mix model: left out: nothing was spent"))
        #expect(paths.text.contains(#"Bearer $SEXTANT_KEY""#), "a key is named, not shown")
        // A wide table of weeks: its columns of spend become channels, and are measured.
        let weeks = folder + "/mmm/robyn_dt_simulated_weekly.csv"
        let table = try await told(sextant, "weeks", weeks)
        for channel in ["facebook", "ooh", "print", "search", "tv"] {
            #expect(table.text.contains("\n\(channel) "), "\(channel): \(table.text)")
        }
        #expect(!table.errors.contains("Mix model: left out"), "\(table.errors)")
        // By whoever may not make channels nothing is measured, and it is said why.
        let mapped = try await told(sextant, "unmapped", weeks, scopes: Self.withoutChannels)
        #expect(
            mapped.errors.contains("what was spent on facebook_S, ooh_S, print_S, search_S, tv_S")
        )
        #expect(mapped.errors.contains("sextant mmm train FILE"), "\(mapped.errors)")
        let fit = try await sextant.run("mmm", "check", weeks)
        #expect(fit.status == 0, "\(fit.text)\(fit.errors)")
    }

    /// What a key must have for importing and measuring, without making channels.
    private static let withoutChannels = [
        "attribution:read", "attribution:write", "control:read", "definitions:read",
        "events:read", "events:write", "imports:read", "imports:write", "jobs:read", "jobs:write",
        "models:read", "models:write", "quality:read", "rejected:read", "series:read",
        "series:write", "taxonomy:read",
    ]

    /// What is told of a file that a new tenant imports and measures.
    private func told(
        _ sextant: InstalledSextant,
        _ slug: String,
        _ file: String,
        scopes: [String] = []
    ) async throws -> OutsideProgram.Output {
        #expect(try await sextant.run("tenant", "create", slug, "--currency", "USD").status == 0)
        let asked = scopes.isEmpty ? ["--all"] : scopes.flatMap { ["--scope", $0] }
        let made = try await sextant.json(["key", "create", slug] + asked)
        let key = try #require(made["key"] as? String)
        let imported = try await sextant.run("import", file, "--key", key)
        #expect(imported.status == 0, "\(imported.errors)")
        let measured = try await sextant.run("measure", "--plain", "--key", key)
        #expect(measured.status == 0, "\(measured.errors)")
        return measured
    }
}
