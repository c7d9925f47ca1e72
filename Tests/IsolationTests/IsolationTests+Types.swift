import Foundation
import TestKit
import Testing

extension IsolationTests {
    /// Code that somebody might write, and what the compiler says to it.
    struct Snippet: Sendable, CustomTestStringConvertible {
        let code: String
        /// A part of an error; nil if the code is good.
        let error: String?

        var testDescription: String { code }
    }

    @Test(
        "7. code that has no scope has no connection: it does not compile",
        arguments: [
            Snippet(
                code: """
                    func a(_ scope: TenantScope) async throws {
                        _ = try await scope.read(Statement("a.b", "select $1::text"), "x").one()
                        try await scope.transaction { _ in }
                    }
                    """,
                error: nil
            ),
            Snippet(
                code: "func a(_ pool: PostgresPool) {}",
                error: "cannot find type 'PostgresPool' in scope"
            ),
            Snippet(
                code: "func a(_ pools: PostgresPools) {}",
                error: "cannot find type 'PostgresPools' in scope"
            ),
            Snippet(
                code: "func a(_ listener: PostgresListener) {}",
                error: "cannot find type 'PostgresListener' in scope"
            ),
            Snippet(
                code: #"let a = SessionScope(role: "t_a", schema: "t_a")"#,
                error: "cannot find 'SessionScope' in scope"
            ),
            Snippet(
                code: "func a(_ database: TenantDatabase) { _ = database.platform }",
                error: "'platform' is inaccessible due to '@_spi' protection level"
            ),
            Snippet(
                code: """
                    func a(_ context: TenantContext, _ entry: TenantEntry) {
                        _ = TenantScope(context, entry, before: .now)
                    }
                    """,
                error: "initializer is inaccessible due to 'internal' protection level"
            ),
            Snippet(
                code: """
                    func a(_ database: TenantDatabase) throws {
                        _ = try database.scope(for: "t_7f3k9q2m0c5xw8r", before: .now)
                    }
                    """,
                error: "to expected argument type 'TenantContext'"
            ),
            Snippet(
                code: #"func a(_ text: String) { _ = Statement("a.b", text) }"#,
                error:
                    "cannot convert value of type 'String' to expected argument type 'StaticString'"
            ),
            Snippet(
                code: #"func a(_ name: String) { _ = Statement("a.b", "select * from \(name)") }"#,
                error: "expected argument type 'StaticString'"
            ),
        ]
    )
    func types(_ snippet: Snippet) async throws {
        let file = FileManager.default.temporaryDirectory
            .appendingPathComponent("snippet-\(UUID().uuidString).swift")
        try "import Postgres\nimport Tenancy\n\(snippet.code)\n"
            .write(to: file, atomically: true, encoding: .utf8)
        defer { try? FileManager.default.removeItem(at: file) }
        let output = try await OutsideProgram.run(try await Self.compiler() + [file.path])
        if let error = snippet.error {
            #expect(output.status != 0 && output.errors.contains(error), "\(output.errors)")
        } else {
            #expect(output.status == 0, "\(output.errors)")
        }
    }

    /// The compiler as services are compiled with, beside what these tests are built with.
    private static func compiler() async throws -> [String] {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let modules = URL(filePath: tests).deletingLastPathComponent().appending(path: "Modules")
        let folder = OutsideProgram.repository + "/Shared/C"
        let headers = try await OutsideProgram.run("pg_config", "--includedir").text
            .trimmingCharacters(in: .whitespacesAndNewlines)
        var command = [
            "swiftc", "-typecheck", "-swift-version", "6", "-parse-as-library", "-I", modules.path,
            "-Xcc", "-I\(headers)",
        ]
        for name in try FileManager.default.contentsOfDirectory(atPath: folder) {
            let map = "\(folder)/\(name)/module.modulemap"
            if FileManager.default.fileExists(atPath: map) {
                command += ["-Xcc", "-fmodule-map-file=\(map)"]
            }
        }
        return command
    }
}
