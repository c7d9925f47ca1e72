/// How the characters of a text file stand on its lines.
let textRules = [
    Rule(
        name: "lines of Swift fit in \(House.longestLine) columns",
        samples: [
            Sample(
                "Shared/A.swift",
                "a\n" + String(repeating: "x", count: 101) + "\n",
                faultyLines: [2]
            ),
            Sample("Shared/A.swift", String(repeating: "é", count: 100) + "\n"),
            Sample("Tests/ATests/Inputs/Table.swift", String(repeating: "x", count: 101) + "\n"),
            Sample(
                "Shared/Generated.swift",
                "// swift-format-ignore-file\n" + String(repeating: "x", count: 101)
            ),
        ]
    ) { file in
        guard file.isHandWrittenSwift, !file.isInput else { return [] }
        return numberedLines(of: file.text)
            .filter { $0.line.utf8.count > House.longestLine && $0.line.count > House.longestLine }
            .map { file.violation(line: $0.number, "\($0.line.count) columns") }
    },
    Rule(
        name: "files of Swift have at most \(House.longestFile) lines",
        samples: [
            Sample("Shared/A.swift", String(repeating: "\n", count: 601), faultyLines: [601]),
            Sample("Shared/A.swift", String(repeating: "\n", count: 600)),
        ]
    ) { file in
        let count = file.lines.count
        guard file.isHandWrittenSwift, count > House.longestFile, House.longFiles[file.path] == nil
        else {
            return []
        }
        return [file.violation(line: count, "\(count) lines: split it by subject")]
    },
    Rule(
        name: "no white space at the end of a line",
        samples: [
            Sample("README.md", "a \nb\n", faultyLines: [1]),
            Sample("deploy/up", "a\n\t\n", faultyLines: [2]),
            Sample("Tests/ATests/Inputs/golden.txt", "a \n"),
        ]
    ) { file in
        guard file.isProse else { return [] }
        return numberedLines(of: file.text)
            .filter { $0.line.last?.isWhitespace == true }
            .map { file.violation(line: $0.number, "white space at the end") }
    },
    Rule(
        name: "files end in one newline",
        samples: [
            Sample("Shared/A.swift", "a", faultyLines: [1]),
            Sample("Shared/A.swift", "a\n\n", faultyLines: [2]),
            Sample("Shared/A.swift", "a\n"),
        ]
    ) { file in
        guard file.isProse, !file.text.isEmpty else { return [] }
        if file.text.hasSuffix("\n\n") {
            return [file.violation(line: file.lines.count, "an empty line at the end")]
        }
        return file.text.hasSuffix("\n")
            ? [] : [file.violation(line: file.lines.count, "no newline at the end")]
    },
]

extension SourceFile {
    private static let proseExtensions: Set<Substring> = [
        "c", "cpp", "css", "h", "html", "json", "md", "modulemap", "proto", "py", "sh", "sql",
        "swift", "ts", "tsx",
        "txt", "yaml", "yml",
    ]

    /// A text that someone wrote, as against data and what a program wrote.
    fileprivate var isProse: Bool {
        let isText =
            isScript || Self.proseExtensions.contains(name.split(separator: ".").last ?? "")
        return isText && !isInput && !name.contains(".pb-c.") && (!isSwift || isHandWrittenSwift)
    }
}
