import Foundation
import TestKit

/// A program in Python that reads a file and prints an answer.
struct PythonProgram {
    /// The program could not be run to its end.
    struct Failure: Error {
        let status: Int32
        let errors: String
    }

    /// Its text; the path of the file is `sys.argv[1]`.
    let text: String

    /// Runs it.
    ///
    /// - Parameter input: what the file holds.
    /// - Returns: what it printed, line by line.
    /// - Throws: ``Failure`` if it failed.
    func answer(to input: [UInt8]) throws -> [String] {
        let folder = FileManager.default.temporaryDirectory
            .appending(path: "sextant-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "input")
        try Data(input).write(to: file)
        let errors = folder.appending(path: "errors")
        try Data().write(to: errors)
        let (status, answer) = try Process.runToEnd { process in
            process.executableURL = URL(filePath: "/usr/bin/env")
            process.arguments = ["python3", "-c", text, file.path]
            process.standardError = try FileHandle(forWritingTo: errors)
        }
        guard status == 0 else {
            let text = try String(contentsOf: errors, encoding: .utf8)
            throw Failure(status: status, errors: text)
        }
        return String(decoding: answer, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
