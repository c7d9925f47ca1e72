import Foundation
import TestKit

/// A statement as a source has it.
struct SourceStatement {
    let name: String
    let sql: String

    /// The files of Swift that may have statements: the product's, and the example's.
    static func files() throws -> [String] {
        let root = URL(filePath: OutsideProgram.repository)
        return try ["Shared", "Services", "Tests/TestKit/Example"].flatMap { folder -> [String] in
            let place = root.appending(path: folder).resolvingSymlinksInPath().path
            guard FileManager.default.fileExists(atPath: place) else { return [] }
            return try FileManager.default.subpathsOfDirectory(atPath: place)
                .filter { $0.hasSuffix(".swift") }.map { "\(folder)/\($0)" }
        }
        .sorted()
    }

    /// The statements of a file, and how many there are that cannot be read.
    static func all(in file: String) throws -> (statements: [SourceStatement], unread: Int) {
        let place = OutsideProgram.repository + "/" + file
        let text = try String(contentsOfFile: place, encoding: .utf8)
        // Two literals: the name, and the text in one line or in many.
        let literals =
            #/
            \b (?: Copy )? Statement \( \s* (?: reserved: \s* )?
            "([^"]*)" , \s*
            (?: """ \n (.*?) \n \s* """ | "((?: [^"\\] | \\. )*)" )
            /#
            .dotMatchesNewlines()
        let statements = text.matches(of: literals).map { match in
            SourceStatement(
                name: String(match.output.1),
                sql: String(match.output.2 ?? match.output.3 ?? "")
            )
        }
        // What makes one, but for the library's own initializers and quotations in comments.
        let makers = text.split(separator: "\n").filter { line in
            line.contains(#/\bStatement\(|\bCopyStatement\(/#)
                && !line.contains(#/^\s*//|Statement\((reserved: )?name, sql\)/#)
        }
        return (statements, makers.count - statements.count)
    }
}
