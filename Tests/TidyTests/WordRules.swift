/// Words that must not be written.
let wordRules = [
    Rule(
        name: "nothing is left for later",
        samples: ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"].flatMap { word in
            [
                Sample("Shared/A.swift", "let a = 1\n// \(word): the rest\n", faultyLines: [2]),
                Sample("deploy/up", "# \(word)\n", faultyLines: [1]),
                Sample("Shared/A.swift", "// \(word)Z\n"),
                Sample("Tests/ATests/A.swift", "// \(word)\n"),
            ]
        }
    ) { file in
        guard file.isProduct || file.isScript || file.path == "Package.swift" else { return [] }
        return file.lines(withAnyWordOf: ["TODO", "FIXME", "XXX", "HACK"])
    },
    Rule(
        name: "product code does not crash on purpose",
        samples: [
            Sample("Shared/A.swift", "\nfatalError(\"no\")\n", faultyLines: [2]),
            Sample("Services/gateway/A.swift", "let a = try! b()\n", faultyLines: [1]),
            Sample("Proto/Generator/A.swift", "let a = b as! C\n", faultyLines: [1]),
            Sample(
                "Shared/A.swift",
                "// fatalError(), try! and as! are not for us\nlet a = \"try!\"\n"
            ),
            Sample("Tests/ATests/A.swift", "let a = try! b()\n"),
        ]
    ) { file in
        guard file.isProduct else { return [] }
        return file.linesOfCode(with: ["fatalError(", "try!", "as!"])
    },
    Rule(
        name: "tests can fail, and do not wait for the clock",
        samples: [
            Sample("Tests/ATests/A.swift", "#expect(true)\n", faultyLines: [1]),
            Sample("Tests/ATests/A.swift", "withKnownIssue {}\n", faultyLines: [1]),
            Sample("Tests/ATests/A.swift", "@Test(.disabled(\"later\"))\n", faultyLines: [1]),
            Sample(
                "Tests/ATests/A.swift",
                "try await Task.sleep(for: .seconds(1))\n",
                faultyLines: [1]
            ),
            Sample("Tests/ATests/A.swift", "usleep(10)\n", faultyLines: [1]),
            Sample("Tests/ATests/A.swift", "#expect(isReady)\n"),
        ]
    ) { file in
        guard file.path.hasPrefix("Tests/") else { return [] }
        return file.linesOfCode(with: [
            "#expect(true)", "withKnownIssue", ".disabled(", "Task.sleep", "usleep(",
        ])
    },
    Rule(
        name: "no path of one machine",
        samples: ["opt", "home", "work", "mnt", "farm"].flatMap { folder in
            [
                Sample("README.md", "Look in `/" + folder + "/thing`.\n", faultyLines: [1]),
                Sample("deploy/up", "cd /" + folder + "/thing\n", faultyLines: [1]),
                Sample("deploy/up", "cd \"$machine/" + folder + "/thing\"\n"),
            ]
        }
    ) { file in
        file.linesWithPath(startingWith: ["opt", "home", "work", "mnt", "farm"])
    },
    Rule(
        name: "no host of a package registry: the machine's own settings name it",
        samples: [
            Sample(
                "deploy/up",
                "deb http://deb." + "debian.org/debian bookworm main\n",
                faultyLines: [1]
            ),
            Sample(
                "README.md",
                "pip install --index-url https://py" + "pi.org/simple a\n",
                faultyLines: [1]
            ),
            Sample("deploy/up", "pip install a\n"),
        ]
    ) { file in
        let hosts = [
            ["deb", "debian", "org"], ["pypi", "org"], ["pythonhosted", "org"], ["npmjs", "org"],
            ["crates", "io"],
            ["proxy", "golang", "org"],
        ].map { $0.joined(separator: ".") }
        return numberedLines(of: file.text).flatMap { number, line in
            hosts.filter { line.contains($0) }.map { file.violation(line: number, "names \($0)") }
        }
    },
]

extension SourceFile {
    fileprivate func lines(withAnyWordOf words: [String]) -> [Violation] {
        numberedLines(of: text).flatMap { number, line in
            let written = Set(line.split { !$0.isLetter && !$0.isNumber && $0 != "_" })
            return words.filter { written.contains($0[...]) }.map {
                violation(line: number, "says \($0)")
            }
        }
    }

    /// Comments and strings do not count.
    func linesOfCode(with words: [String]) -> [Violation] {
        numberedLines(of: code).flatMap { number, line in
            words.filter { line.contains($0) }.map { violation(line: number, "uses \($0)") }
        }
    }

    /// Absolute paths only: before the slash stands no part of a relative path or a URL.
    fileprivate func linesWithPath(startingWith folders: [String]) -> [Violation] {
        let beforePaths: Set<Character> = [" ", "\t", "\"", "'", "`", "=", "(", ":", "<", ">", ","]
        return numberedLines(of: text).flatMap { number, line in
            folders.filter { folder in
                line.ranges(of: "/\(folder)/").contains { range in
                    range.lowerBound == line.startIndex
                        || beforePaths.contains(line[line.index(before: range.lowerBound)])
                }
            }.map { violation(line: number, "names /\($0)/") }
        }
    }
}
