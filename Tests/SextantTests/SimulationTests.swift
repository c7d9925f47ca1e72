import Foundation
import Simulator
import Testing

@testable import Command

@Suite("Simulated worlds of the command")
struct SimulationTests {
    private func options(_ words: String...) throws -> SimulationOptions {
        let arguments = try ParsedArguments(
            words[...],
            Subcommand.simulate.options + Subcommand.shared,
            of: "simulate"
        )
        return try SimulationOptions(arguments)
    }

    @Test("are those that the options name")
    func named() throws {
        let usual = try options("--out", "worlds")
        #expect(usual.world.seed == 1 && usual.world.scale == .full)
        #expect(usual.world.forms == .mixModel && usual.format == .csv)
        let other = try options(
            "--out",
            "worlds",
            "--seed",
            "18446744073709551615",
            "--scale",
            "small",
            "--forms",
            "other",
            "--events",
            "ndjson"
        )
        #expect(other.world.seed == .max && other.world.scale == .small)
        #expect(other.world.forms == .other && other.format == .ndjson)
    }

    @Test("are refused by the option that means nothing")
    func refused() throws {
        for (words, problem) in [
            ([], "--out is missing: name a new folder"),
            (["--out", "a", "--seed", "-1"], "--seed is -1: expected a whole number from 0"),
            (["--out", "a", "--scale", "huge"], "--scale is huge: expected full or small"),
            (["--out", "a", "--forms", "own"], "--forms is own: expected mix_model or other"),
            (["--out", "a", "--events", "xml"], "--events is xml: expected csv or ndjson"),
        ] {
            let failure = #expect(throws: CommandFailure.self) {
                try SimulationOptions(
                    try ParsedArguments(
                        words[...],
                        Subcommand.simulate.options + Subcommand.shared,
                        of: "simulate"
                    )
                )
            }
            #expect(failure?.what == problem && failure?.status == 2)
        }
    }

    @Test("go to a new folder, with folders below it, and never among other files")
    func folder() throws {
        let root = FileManager.default.temporaryDirectory
            .appendingPathComponent("world-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: root) }
        var scale = WorldScale.small
        (scale.days, scale.trackedDays) = (30, 2)
        let world = try World(seed: 3, scale: scale)
        var sink = try FolderSink(root.path + "/")
        let written = try WorldFiles(of: world).write(to: &sink)
        for file in written {
            let bytes = try Data(contentsOf: root.appendingPathComponent(file.path))
            #expect(!bytes.isEmpty, "\(file.path)")
            guard file.path.hasSuffix(".csv") else { continue }
            #expect(bytes.count { $0 == UInt8(ascii: "\n") } == file.rows + 1)
        }
        let failure = #expect(throws: CommandFailure.self) { _ = try FolderSink(root.path) }
        #expect(failure?.what.contains("is not empty") == true)
        let taken = root.appendingPathComponent("truth.json").path
        #expect(throws: CommandFailure.self) { _ = try FolderSink(taken) }
    }
}
