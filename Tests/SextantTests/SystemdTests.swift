import Foundation
import TestKit
import Testing

@testable import Command

/// What the units say of programs and settings is what there is.
@Suite("What deploy says in systemd", .timeLimit(.minutes(5)))
struct SystemdTests {
    @Test("sets only what each program knows, in units that systemd reads")
    func systemd() async throws {
        let folder = try TemporaryFolder()
        let units = OutsideProgram.repository + "/deploy/systemd"
        for name in FileSystem.names(in: units) {
            var text = try DeployFiles.text("deploy/systemd/\(name)")
            let program =
                name.contains("gateway")
                ? "gateway" : name.contains("migrate") ? nil : "mmm-service"
            if name.hasSuffix(".service") {
                let known = try await program.asyncMap { try await DeployFiles.variables(of: $0) }
                for line in text.split(separator: "\n") where line.hasPrefix("Environment=") {
                    for setting in line.dropFirst("Environment=".count).split(separator: " ") {
                        let variable = String(setting.prefix { $0 != "=" })
                        #expect(
                            (known ?? DeployFiles.commandVariables).contains(variable),
                            "\(variable)"
                        )
                    }
                }
            }
            // Programs that are there, so that nothing else is missing.
            text = text.replacingOccurrences(
                of: "ExecStart=/usr/bin/",
                with: "ExecStart=/bin/true "
            )
            try text.write(toFile: "\(folder.path)/\(name)", atomically: true, encoding: .utf8)
        }
        let output = try await OutsideProgram.run(
            "sh",
            "-c",
            "cd '\(folder.path)' && SYSTEMD_UNIT_PATH=\(folder.path): systemd-analyze verify "
                + "sextant.target sextant-service@.service 2>&1"
        )
        #expect(output.status == 0 && output.text == "", "\(output.text)")
        for unit in ["sextant-gateway", "sextant-service@", "sextant-migrate"] {
            // How much of the system it reaches, of a hundred.
            let exposure = try await OutsideProgram.run(
                "systemd-analyze",
                "security",
                "--offline=true",
                "--no-pager",
                "--threshold=20",
                "\(folder.path)/\(unit).service"
            )
            #expect(exposure.status == 0, "\(exposure.text) \(exposure.errors)")
        }
    }
}

extension Optional {
    fileprivate func asyncMap<Result>(
        _ transform: (Wrapped) async throws -> Result
    ) async throws -> Result? {
        if let value = self { return try await transform(value) }
        return nil
    }
}
