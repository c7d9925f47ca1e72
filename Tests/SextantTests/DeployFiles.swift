import Foundation
import TestKit
import Testing

/// What `deploy/` holds, as tests read it.
enum DeployFiles {
    static let programs = [
        "ingest-service", "attribution-service", "mmm-service", "experiment-service",
        "insights-service", "gateway",
    ]

    static func text(_ path: String) throws -> String {
        try String(contentsOfFile: OutsideProgram.repository + "/" + path, encoding: .utf8)
    }

    /// All documents of a file of YAML, by a reader of its own.
    static func documents(_ path: String) async throws -> [[String: Any]] {
        let script =
            "import json, sys, yaml; print(json.dumps(list(yaml.safe_load_all(sys.stdin))))"
        let file = OutsideProgram.repository + "/" + path
        let output = try await OutsideProgram.run(
            "sh",
            "-c",
            "/usr/bin/python3 -c '\(script)' < '\(file)'"
        )
        #expect(output.status == 0, "\(path): \(output.errors)")
        let value = try JSONSerialization.jsonObject(with: Data(output.bytes))
        return value as? [[String: Any]] ?? []
    }

    /// The variables that a program knows, by its own help; those of files for secrets included.
    static func variables(of program: String) async throws -> Set<String> {
        let help = try await Self.help(of: program)
        var names: Set<String> = []
        for word in help.split(whereSeparator: { !$0.isLetter && !$0.isNumber && $0 != "_" }) {
            if word.hasPrefix("SEXTANT_") { names.insert(String(word)) }
        }
        return names
    }

    private static func help(of program: String) async throws -> String {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let path = URL(fileURLWithPath: tests).deletingLastPathComponent()
            .appendingPathComponent(program).path
        return try await OutsideProgram.run(path, "--help").text
    }

    /// What the command takes from the environment.
    static let commandVariables: Set<String> = [
        "SEXTANT_SUPERUSER_DSN_FILE", "SEXTANT_MIGRATOR_DSN_FILE", "SEXTANT_GATEWAY_DSN_FILE",
        "SEXTANT_KEY_PEPPERS_FILE", "SEXTANT_PASSWORDS_FOLDER",
    ]
}
