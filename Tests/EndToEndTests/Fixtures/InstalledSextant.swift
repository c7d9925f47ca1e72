import Foundation
import TestKit

/// An installation of the command in a folder of its own, which is stopped and removed with its
/// owner.
final class InstalledSextant: Sendable {
    let folder: String

    init() throws {
        folder = "/tmp/sxt-up-\(UUID().uuidString.prefix(8).lowercased())"
    }

    deinit {
        // There is nobody to be told if it fails.
        _ = try? Process.runToEnd { down in
            down.executableURL = URL(fileURLWithPath: Self.program)
            down.arguments = ["down", "--quiet", "--delete-data", "--data", folder]
        }
    }

    /// The program, which is built beside the one that runs the tests.
    static let program: String = {
        let tests = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return URL(fileURLWithPath: tests ?? "").deletingLastPathComponent()
            .appendingPathComponent("sextant").path
    }()

    /// The words of a command on the installation.
    func command(_ arguments: String...) -> [String] {
        [Self.program] + arguments + ["--data", folder]
    }

    /// Runs a command on the installation.
    func run(_ arguments: String...) async throws -> OutsideProgram.Output {
        try await OutsideProgram.run([Self.program] + arguments + ["--data", folder])
    }

    /// Brings it up, at ports that nobody else takes meanwhile.
    func up(_ arguments: String...) async throws -> OutsideProgram.Output {
        let ports = try ["--port", "--gateway-port", "--metrics-port"].flatMap {
            [$0, "\(try FreePort.find())"]
        }
        return try await OutsideProgram.run(
            [Self.program, "up", "--data", folder] + ports + arguments
        )
    }

    /// What a command prints as JSON.
    func json(_ arguments: String...) async throws -> [String: Any] {
        try await json(arguments)
    }

    /// What a command prints as JSON.
    func json(_ arguments: [String]) async throws -> [String: Any] {
        let output = try await OutsideProgram.run(
            [Self.program] + arguments + ["--json", "--data", folder]
        )
        let object = try JSONSerialization.jsonObject(with: Data(output.bytes))
        return object as? [String: Any] ?? [:]
    }

    /// Writes settings of a service.
    func settings(_ service: String, _ text: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder + "/config",
            withIntermediateDirectories: true
        )
        try text.write(
            toFile: folder + "/config/\(service).conf",
            atomically: true,
            encoding: .utf8
        )
    }

    /// The processes of this machine whose command or environment has the folder in it.
    var processes: [Int32] {
        let all = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
        return all.compactMap { Int32($0) }.filter { process in
            let bytes = FileManager.default.contents(atPath: "/proc/\(process)/cmdline") ?? Data()
            return String(decoding: bytes, as: UTF8.self).contains(folder + "/")
        }
    }

    /// The sockets in its folder.
    var sockets: [String] {
        let all = FileManager.default.enumerator(atPath: folder)?.allObjects as? [String] ?? []
        return all.filter { path in
            let attributes = try? FileManager.default.attributesOfItem(atPath: "\(folder)/\(path)")
            return attributes?[.type] as? FileAttributeType == .typeSocket
        }
    }
}
