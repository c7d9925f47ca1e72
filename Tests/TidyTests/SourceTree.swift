import Foundation

/// A file of the repository as the rules see it.
struct SourceFile: Sendable {
    /// Relative to the root of the repository.
    let path: String
    /// Empty when the file is not UTF-8.
    let text: String
    let isExecutable: Bool
    /// The text with comments and string literals blanked, line for line; empty if not Swift.
    let code: String

    init(path: String, text: String, isExecutable: Bool = false) {
        self.path = path
        self.text = text
        self.isExecutable = isExecutable
        self.code =
            path.hasSuffix(".swift") ? SwiftScanner.blankingCommentsAndStrings(in: text) : ""
    }

    var lines: [Substring] {
        numberedLines(of: text).map(\.line)
    }

    var name: Substring {
        path.split(separator: "/").last ?? ""
    }

    /// The name up to its first dot: `Message` for `Message.swift`.
    var stem: Substring {
        name.prefix { $0 != "." }
    }

    var isSwift: Bool {
        path.hasSuffix(".swift")
    }

    /// Generated Swift says so to the formatter in its first lines.
    var isHandWrittenSwift: Bool {
        isSwift && !lines.prefix(3).contains("// swift-format-ignore-file")
    }

    var isScript: Bool {
        path.hasSuffix(".sh") || path == ".ci/run"
            || (path.hasPrefix("deploy/") && !name.contains(".")
                && path.split(separator: "/").count == 2)
    }

    var isProduct: Bool {
        ["Services/", "Shared/", "Proto/"].contains { path.hasPrefix($0) }
    }

    /// Golden files and corpora are data: their form is what they test.
    var isInput: Bool {
        path.contains("/Inputs/") || path.contains("/Corpus/")
    }

    func violation(line: Int, _ problem: String) -> Violation {
        Violation(path: path, line: line, problem: problem)
    }
}

struct Violation: Sendable, CustomStringConvertible {
    let path: String
    let line: Int
    let problem: String

    var description: String {
        "\(path):\(line): \(problem)"
    }
}

/// The lines of a text with their numbers from one; a final newline begins no further line.
func numberedLines(of text: String) -> [(number: Int, line: Substring)] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last == "" {
        lines.removeLast()
    }
    return lines.enumerated().map { (number: $0.offset + 1, line: $0.element) }
}

/// The files that git tracks or would track, read once.
enum SourceTree {
    static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    static let files: Result<[SourceFile], any Error> = Result { try read() }

    private static func read() throws -> [SourceFile] {
        let git = Process()
        git.executableURL = URL(filePath: "/usr/bin/env")
        git.arguments =
            [
                "git", "-C", root.path, "ls-files", "-z", "--cached", "--others",
                "--exclude-standard",
            ]
        let output = Pipe()
        git.standardOutput = output
        try git.run()
        let listing = try output.fileHandleForReading.readToEnd() ?? Data()
        git.waitUntilExit()
        guard git.terminationStatus == 0 else {
            throw CocoaError(.fileReadUnknown)
        }
        return Set(listing.split(separator: 0)).compactMap(sourceFile).sorted { $0.path < $1.path }
    }

    /// Nil for a file that git still tracks but that has been deleted.
    private static func sourceFile(listedAs name: Data) -> SourceFile? {
        guard let path = String(data: name, encoding: .utf8) else { return nil }
        let url = root.appending(path: path)
        guard let bytes = try? Data(contentsOf: url) else { return nil }
        return SourceFile(
            path: path,
            text: String(data: bytes, encoding: .utf8) ?? "",
            isExecutable: FileManager.default.isExecutableFile(atPath: url.path)
        )
    }
}
