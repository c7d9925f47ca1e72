import Foundation
import TestKit
import Testing

@Suite("The commands of mix models", .timeLimit(.minutes(10)))
struct MixModelCommandTests {
    @Test("train models of files and of imported data, list, promote and delete them")
    func life() async throws {
        let sextant = try InstalledSextant()
        let up = try await sextant.up()
        #expect(up.status == 0, "\(up.errors)")
        let files = try Files()
        let id = try await train(sextant, files)
        try await lookFirst(sextant, files, beside: id)
        try await cancel(sextant, files)
        try await refuse(sextant, files)
        try await refresh(sextant)
    }

    /// A model is trained, and it is told how far that is.
    private func train(_ sextant: InstalledSextant, _ files: Files) async throws -> String {
        func mmm(_ verb: String, _ words: String...) async throws -> OutsideProgram.Output {
            try await OutsideProgram.run(sextant.command("mmm", verb) + words)
        }
        let words = ["--configuration", files.configuration, "--chains", "2", "--warmup", "300"]
        let short = words + ["--draws", "200", "--label", "weekly"]
        let begun = try await OutsideProgram.run(
            sextant.command("mmm", "train", files.table, "--no-wait") + short
        )
        #expect(begun.status == 0, "\(begun.errors)")
        let id = begun.text.trimmingCharacters(in: .whitespacesAndNewlines)
        let done = try await mmm("watch", id)
        #expect(done.status == 0, "\(done.text)\(done.errors)")
        for part in [
            "model     \(id)\n", "state     completed\n", "explains  revenue\n",
            "channels  tv, search\n", "verdict   the ",
        ] {
            #expect(done.text.contains(part), "\(done.text)")
        }
        // The same again, and waited for.
        let waited = try await OutsideProgram.run(
            sextant.command("mmm", "train", files.table, "--json") + short
        )
        let model = try Self.object(waited)
        #expect(model["state"] as? String == "STATE_COMPLETED", "\(waited.errors)")
        #expect(waited.errors.contains("waits for its training"))
        let first = try Self.object(try await mmm("watch", id, "--json"))
        for key in ["configurationDigest", "fingerprint", "panelId"] {
            #expect(model[key] as? String == first[key] as? String)
        }
        let (summary, other) = (
            model["summary"] as? [String: Any], first["summary"] as? [String: Any]
        )
        for key in ["largestRHat", "leastBulkEss", "leastTailEss", "leastEnergyFraction"] {
            let value = try #require(summary?[key] as? Double)
            #expect(value == other?[key] as? Double, "\(key)")
        }
        let promoted = try await mmm("promote", id)
        #expect(promoted.text.contains("completed, promoted"), "\(promoted.errors)")
        let list = try await mmm("models", "--promoted").text.split(separator: "\n")
        #expect(list.count == 2 && list[1].hasPrefix("\(id)  completed  promoted  revenue"))
        return id
    }

    /// A bootstrap gives a model in a moment; models come and go.
    private func lookFirst(
        _ sextant: InstalledSextant,
        _ files: Files,
        beside other: String
    ) async throws {
        let look = try await sextant.run("mmm", "train", files.table, "--bootstrap")
        #expect(look.status == 0 && look.text.contains("a first look: 200 best fits"))
        let all = try Self.object(try await sextant.run("mmm", "models", "--json"))
        let models = try #require(all["models"] as? [[String: Any]])
        #expect(models.count == 3)
        let id = try #require(models.first?["modelId"] as? String)
        #expect(try await sextant.run("mmm", "delete", id).text == "model \(id) is gone\n")
        #expect(try await sextant.run("mmm", "delete", id).status == 1)
        let left = try await sextant.run("mmm", "models", "--state", "completed").text
        #expect(!left.contains(id) && left.contains(other))
    }

    /// A training is ended before its time.
    private func cancel(_ sextant: InstalledSextant, _ files: Files) async throws {
        let begun = try await OutsideProgram.run(
            sextant.command("mmm", "train", files.table, "--no-wait", "--warmup", "20000")
                + ["--configuration", files.configuration]
        )
        let id = begun.text.trimmingCharacters(in: .whitespacesAndNewlines)
        let ended = try await sextant.run("mmm", "cancel", id)
        #expect(
            ended.status == 0 && ended.text.contains("state     cancelled\n"),
            "\(ended.errors)"
        )
        let watched = try await sextant.run("mmm", "watch", id)
        #expect(watched.status == 1 && watched.errors.contains("training of \(id) was cancelled"))
        let early = try await sextant.run("mmm", "promote", id)
        #expect(early.status == 1 && early.errors.contains("cannot be promoted: it is cancelled"))
    }

    /// What cannot be trained is said before it is.
    private func refuse(_ sextant: InstalledSextant, _ files: Files) async throws {
        func refused(
            _ status: Int32,
            _ part: String,
            _ verb: String,
            _ words: String...
        ) async throws {
            let output = try await OutsideProgram.run(sextant.command("mmm", verb) + words)
            #expect(output.status == status && output.errors.contains(part), "\(output.errors)")
        }
        try await refused(2, "expected a file, or --kpi", "train")
        try await refused(2, "a file and --kpi are given", "train", files.table, "--kpi", "revenue")
        try await refused(2, "there is no such file", "train", files.table, "--configuration", "no")
        try await refused(
            2,
            "says nothing of a mix model",
            "train",
            files.table,
            "--configuration",
            files.table
        )
        try await refused(1, "holdout_periods", "train", files.table, "--holdout", "40")
        try await refused(1, "no rows of the outcome 'nothing'", "train", "--kpi", "nothing")
        try await refused(2, "expected one of cancelled, completed", "models", "--state", "done")
        try await refused(1, "there is no model", "watch", "33062a14-9de5-4c2f-ba89-9c54150ba901")
    }

    /// A model is to be made anew each week.
    private func refresh(_ sextant: InstalledSextant) async throws {
        func refreshes(_ verb: String, _ words: String...) async throws -> OutsideProgram.Output {
            try await OutsideProgram.run(sextant.command("mmm", "refreshes", verb) + words)
        }
        let made = try await refreshes(
            "create",
            "mondays",
            "--kpi",
            "revenue",
            "--on",
            "Monday",
            "--promote"
        )
        #expect(made.text.contains("mondays  revenue  monday  4     8     yes       20"), "\(made)")
        let words = ["--kpi", "revenue", "--on", "someday"]
        let never = try await OutsideProgram.run(
            sextant.command("mmm", "refreshes", "create", "x") + words
        )
        #expect(never.status == 2 && never.errors.contains("expected a day as monday"))
        let nothing = try await refreshes("create", "x")
        #expect(nothing.status == 2 && nothing.errors.contains("expected --kpi"))
        #expect(try await refreshes("list").text.contains("\nmondays  "))
        #expect(try await refreshes("delete", "mondays").text == "mondays is ended\n")
        #expect(try await refreshes("delete", "mondays").status == 1)
    }

    private static func object(_ output: OutsideProgram.Output) throws -> [String: Any] {
        let object = try JSONSerialization.jsonObject(with: Data(output.bytes))
        return try #require(object as? [String: Any], "\(output.errors)")
    }
}

/// A table of two channels, and a model of few parameters, as files.
private final class Files {
    let table: String
    let configuration: String

    init() throws {
        let start = "/tmp/sxt-mmm-\(UUID().uuidString.prefix(8))"
        (table, configuration) = (start + ".csv", start + ".json")
        let rows = (0..<80).map { week in
            let (tv, search) = (week % 4 == 3 ? 0 : 100 + 80 * week * 37 % 97, 40 + week * 29 % 61)
            let revenue = 500 + 2 * tv + search + week * 71 % 43
            let number = week % 52 + 1
            let name = "\(2023 + week / 52)-W\(number < 10 ? "0" : "")\(number)"
            return "\(name),\(revenue),\(tv),\(search)\n"
        }
        try ("week,revenue,tv_spend,search_spend\n" + rows.joined())
            .write(toFile: table, atomically: true, encoding: .utf8)
        try #"{"seasons": {}, "channel": {"lags": 3, "effect": "EFFECT_COEFFICIENT"}}"#
            .write(toFile: configuration, atomically: true, encoding: .utf8)
    }

    deinit {
        for file in [table, configuration] {
            // There is nobody to be told if it fails.
            try? FileManager.default.removeItem(atPath: file)
        }
    }
}
