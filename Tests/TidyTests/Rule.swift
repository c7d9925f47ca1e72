import Testing

/// Something that is true of every file of the repository, with samples that show that it can fail.
struct Rule: Sendable, CustomTestStringConvertible {
    let name: String
    let samples: [Sample]
    let check: @Sendable (SourceFile) -> [Violation]

    var testDescription: String {
        name
    }

    static let all = textRules + wordRules + codeRules + importRules + layoutRules
}

/// A small file and the lines at which its rule must find fault; none for a file that is fine.
struct Sample: Sendable {
    let file: SourceFile
    let faultyLines: [Int]

    init(_ path: String, _ text: String, isExecutable: Bool = false, faultyLines: [Int] = []) {
        self.file = SourceFile(path: path, text: text, isExecutable: isExecutable)
        self.faultyLines = faultyLines
    }
}
