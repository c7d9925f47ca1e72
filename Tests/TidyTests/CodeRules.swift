/// The shape of Swift code.
let codeRules = [
    Rule(
        name: "functions have at most \(House.longestFunction) lines",
        samples: [
            Sample("Shared/A.swift", "\nfunc a() {\n" + lines(69) + "}\n", faultyLines: [2]),
            Sample("Shared/A.swift", "func a() {\n" + lines(68) + "}\n"),
            Sample(
                "Shared/A.swift",
                "struct A {\n    init?(\n        b: Int\n    ) {\n" + lines(70) + "}\n}\n",
                faultyLines: [2]
            ),
            Sample(
                "Shared/A.swift",
                "struct A {\n    var b: Int {\n" + lines(70) + "}\n}\n",
                faultyLines: [2]
            ),
            Sample(
                "Shared/A.swift",
                "protocol A {\n    func b()\n    var c: Int { get }\n}\nstruct D {\n" + lines(80)
                    + "}\n"
            ),
            Sample(
                "Shared/A.swift",
                "func a() {\n    let b = \"{ \\(c(\"{\")) {\"  // {\n}\nlet d = [\n" + lines(80)
                    + "]\n"
            ),
            Sample(
                "Shared/A.swift",
                "func a() {\n    let b = #\"\"\"\n{ \\ \"\n\"\"\"#\n}\nlet d = [\n" + lines(80)
                    + "]\n"
            ),
            Sample(
                "Shared/A.swift",
                "func a() {\n    let b = \"}\" /* } /* } */ } */\n" + lines(80) + "}\n",
                faultyLines: [1]
            ),
        ]
    ) { file in
        guard file.isHandWrittenSwift else { return [] }
        return FunctionExtent.all(in: file.code)
            .filter { $0.lineCount > House.longestFunction }
            .map { file.violation(line: $0.firstLine, "a function of \($0.lineCount) lines") }
    }
]

private func lines(_ count: Int) -> String {
    String(repeating: "    x()\n", count: count)
}
