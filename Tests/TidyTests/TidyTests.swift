import Testing

@Suite("The tree is tidy")
struct TidyTests {
    @Test("A rule finds the faults of its samples, and no others", arguments: Rule.all)
    func ruleFindsFaults(rule: Rule) {
        #expect(rule.samples.contains { !$0.faultyLines.isEmpty }, "a rule that cannot fail")
        for sample in rule.samples {
            let found = rule.check(sample.file)
            #expect(
                found.map(\.line) == sample.faultyLines,
                "\(sample.file.path): \(sample.file.text)"
            )
        }
    }

    @Test("Every file keeps the rule", arguments: Rule.all)
    func treeKeeps(rule: Rule) throws {
        let violations = try SourceTree.files.get().flatMap(rule.check)
        let report = violations.map(\.description).joined(separator: "\n")
        if !report.isEmpty {
            Issue.record("\(report)")
        }
    }

    @Test("The tree that is read is the whole one")
    func treeIsWhole() throws {
        let files = try SourceTree.files.get()
        let paths = Set(files.map(\.path))
        let expected = [
            ".ci/run", "CHANGELOG.md", "LICENSE", "Package.swift", "README.md",
            "Tests/TidyTests/TidyTests.swift",
            "deploy/check", "deploy/test",
        ]
        #expect(expected.filter { !paths.contains($0) } == [])
        #expect(files.filter { $0.text.isEmpty && !$0.isInput }.map(\.path) == [])
    }

    @Test("A long file that is excused exists and is still long")
    func excusesAreNeeded() throws {
        let long = try SourceTree.files.get().filter { $0.lines.count > House.longestFile }.map(
            \.path
        )
        #expect(House.longFiles.keys.filter { !long.contains($0) } == [])
    }
}
