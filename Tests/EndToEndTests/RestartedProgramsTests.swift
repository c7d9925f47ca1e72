import Foundation
import Schema
import Tenancy
import TestKit
import TestTenants
import Testing

private let isLong = ProcessInfo.processInfo.environment["SEXTANT_LONG"] == "1"

@Suite("Measuring while programs are restarted", .timeLimit(.minutes(isLong ? 60 : 15)))
struct RestartedProgramsTests {
    private static let scopes = [
        "attribution:read", "attribution:write", "control:read", "events:read", "imports:read",
        "imports:write", "jobs:read", "models:read", "models:write", "series:read",
    ]

    @Test("ends with the report of one that nothing disturbed, whoever is stopped or killed")
    func sameReport() async throws {
        let programs = try await SixPrograms()
        let shop = try Shop(isWhole: isLong)
        let calm = try await shop.measured(by: try await key("calm", programs), programs.address)
        #expect(calm.contains("paid_search"), "\(calm)")
        let address = programs.address
        let key = try await self.key("all", programs)
        try await shop.compare(with: calm, at: address, key, of: "all") { tenant in
            // Each in good order while series come in; all at once while events do.
            try await Self.wait(for: "spend", of: tenant, programs)
            for name in SixPrograms.names {
                try await programs.end(name, by: SIGTERM)
                try await programs.startAgain(name)
            }
            try await Self.wait(for: "events", of: tenant, programs)
            for name in SixPrograms.names { try await programs.end(name, by: SIGKILL) }
            for name in SixPrograms.names { try await programs.startAgain(name) }
        }
        for name in isLong ? SixPrograms.names : [] {
            for (signal, word) in [(SIGTERM, "stopped"), (SIGKILL, "killed")] {
                let slug = "\(name)-\(word)"
                let key = try await self.key(slug, programs)
                try await shop.compare(with: calm, at: address, key, of: slug) { tenant in
                    for table in ["spend", "events", "timelines", "attribution_runs"] {
                        try await Self.wait(for: table, of: tenant, programs)
                        try await programs.end(name, by: signal)
                        try await programs.startAgain(name)
                    }
                }
            }
        }
        try await programs.stop()
    }

    /// Makes a tenant whose reports are in the shop's currency, and a key for it.
    private func key(_ slug: String, _ programs: SixPrograms) async throws -> (TenantID, String) {
        let administration = programs.platform.fixture.administration
        let id = try await programs.platform.fixture.tenant(slug)
        let old = try #require(try await administration.tenant(named: slug))
        let settings = try #require(
            TenantSettings(
                timeZone: old.settings.timeZone,
                currency: "USD",
                weekStart: old.settings.weekStart,
                attributionDays: old.settings.attributionDays,
                retentionDays: old.settings.retentionDays
            )
        )
        try await administration.setSettings(of: id, settings, replacing: old.settingsVersion)
        let key = try await programs.platform.key(of: id, for: Self.scopes)
        // A new tenant is known everywhere within seconds.
        let calls = CurlCalls(address: programs.address, key: key)
        while try await calls.object("GET", "/v1/overview")["failedParts"] as? [String] != [] {
            try Task.checkCancellation()
        }
        return (id, key)
    }

    /// Waits until a tenant's table has rows.
    private static func wait(
        for table: String,
        of tenant: TenantID,
        _ programs: SixPrograms
    ) async throws {
        let sql = "set search_path = \(tenant.schemaName); select count(*) > 0 from \(table)"
        // They never come if what is disturbed has failed.
        let end = ContinuousClock.now.advanced(by: .seconds(300))
        while try await programs.platform.fixture.lines(sql).last != "t" {
            try #require(ContinuousClock.now < end, "\(table) has no rows")
            try await programs.platform.fixture.pause(.milliseconds(20))
        }
    }
}

/// Files of a simulated shop, which `sextant` measures.
private final class Shop: Sendable {
    private let folder = "/tmp/sxt-restarts-\(UUID().uuidString.prefix(8))"
    private let files: [String]

    /// Simulates it: as a whole, or what two of its states have.
    init(isWhole: Bool) throws {
        let names = ["spend.csv", "kpi.csv", "events.csv"]
        files = names.map { [folder] in "\(folder)/\($0)" }
        let (status, _) = try Process.runToEnd { [folder] process in
            process.executableURL = URL(fileURLWithPath: InstalledSextant.program)
            process.arguments = ["simulate", "--scale", "small", "--out", folder, "--quiet"]
        }
        #expect(status == 0)
        for file in isWhole ? [] : files {
            let lines = try String(contentsOfFile: file, encoding: .utf8).split(separator: "\n")
            let few = lines.dropFirst().filter { $0.contains(",US-CA,") || $0.contains(",US-TX,") }
            let text = ([lines[0]] + few.prefix(6_000)).joined(separator: "\n") + "\n"
            try text.write(toFile: file, atomically: true, encoding: .utf8)
        }
    }

    deinit {
        // There is nobody to be told if it fails.
        try? FileManager.default.removeItem(atPath: folder)
    }

    /// Imports and measures it, and gives what is the same each time: numbers, no ids.
    func measured(by key: (id: TenantID, text: String), _ address: String) async throws -> String {
        let place = ["--at", address, "--key", key.text, "--data", folder]
        @Sendable func sextant(_ words: [String]) async throws -> OutsideProgram.Output {
            let command = [InstalledSextant.program] + words + place
            var output = try await OutsideProgram.run(command)
            // A command that finds nobody when it begins says so at once, and is given again; one
            // that was under way tries again by itself.
            while output.errors.contains("the server cannot be reached"),
                !output.errors.contains("trying again")
            {
                try Task.checkCancellation()
                output = try await OutsideProgram.run(command)
            }
            #expect(output.status == 0, "\(output.errors)")
            return output
        }
        _ = try await sextant(["import"] + files)
        _ = try await sextant(["measure", "--plain"])
        let report = try await sextant(["report", "--json", "--quiet"])
        let object = try JSONSerialization.jsonObject(with: Data(report.bytes))
        let all = try #require(object as? [String: Any])
        func member(_ path: String...) throws -> Any {
            try path.reduce(all as Any) { try #require(($0 as? [String: Any])?[$1], "\(path)") }
        }
        let same = [
            try member("gaps"), try member("overview", "events"), try member("overview", "series"),
            try member("run", "result", "models"), try member("results", "channels"),
            try member("plan", "lines"),
        ]
        let bytes = try JSONSerialization.data(withJSONObject: same, options: .sortedKeys)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Measures it while it is disturbed, and compares what comes of it.
    func compare(
        with calm: String,
        at address: String,
        _ key: (id: TenantID, text: String),
        of name: String,
        disturbing: (TenantID) async throws -> Void
    ) async throws {
        async let report = self.measured(by: key, address)
        try await disturbing(key.id)
        let found = try await report
        #expect(found == calm, "\(name)")
    }
}
