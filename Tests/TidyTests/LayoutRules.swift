/// Where files stand, what they are called, and what certain ones must hold.
let layoutRules = [
    Rule(
        name: "the top level is the agreed one",
        samples: [
            Sample("Sources/A.swift", "\n", faultyLines: [1]),
            Sample("Makefile", "\n", faultyLines: [1]),
            Sample("deploy/up", "\n"),
            Sample(".swift-format", "\n"),
        ]
    ) { file in
        let first = String(file.path.prefix { $0 != "/" })
        return first.hasPrefix(".") || House.topLevel.contains(first)
            ? [] : [file.violation(line: 1, "\(first) is not in House.topLevel")]
    },
    Rule(
        name: "a file is named after its subject",
        samples: [
            "Utils", "StringUtilities", "Helpers", "Common", "ConnectionManager", "TestHelper",
        ].map {
            Sample("Shared/Net/\($0).swift", "\n", faultyLines: [1])
        } + [
            Sample("Shared/Net/Connection.swift", "\n"),
            Sample("Shared/Net/String+Path.swift", "\n"),
        ]
    ) { file in
        let empty = [
            "Util", "Utils", "Utilities", "Helper", "Helpers", "Common", "Manager", "Misc",
        ]
        return file.isSwift && empty.contains { file.stem.hasSuffix($0) }
            ? [file.violation(line: 1, "\(file.name) names no subject")] : []
    },
    Rule(
        name: "a script runs by itself, stops at the first failure and says what it does",
        samples: [
            Sample("deploy/up", soundScript, isExecutable: true),
            Sample("deploy/up", soundScript, faultyLines: [1]),
            Sample(
                ".ci/run",
                "#!/bin/sh\n# Runs.\nset -euo pipefail\n",
                isExecutable: true,
                faultyLines: [1]
            ),
            Sample(
                "Proto/a.sh",
                "#!/usr/bin/env bash\nset -euo pipefail\n",
                isExecutable: true,
                faultyLines: [2]
            ),
            Sample(
                "deploy/up",
                "#!/usr/bin/env bash\n# Runs.\nset -e\n",
                isExecutable: true,
                faultyLines: [3]
            ),
            Sample("deploy/compose/notes.txt", "\n"),
        ]
    ) { file in
        guard file.isScript else { return [] }
        let lines = file.lines
        var violations: [Violation] = []
        if !file.isExecutable { violations.append(file.violation(line: 1, "is not executable")) }
        if lines.first != "#!/usr/bin/env bash" {
            violations.append(file.violation(line: 1, "is not run by bash"))
        }
        if !(lines.dropFirst().first ?? "").hasPrefix("# ") {
            violations.append(file.violation(line: 2, "no comment says what it does and needs"))
        }
        if !lines.contains("set -euo pipefail") {
            violations.append(file.violation(line: lines.count, "no `set -euo pipefail`"))
        }
        return violations
    },
    Rule(
        name: "the change log has a section for what is unreleased",
        samples: [
            Sample("CHANGELOG.md", "# Changelog\n\n## 1.0\n", faultyLines: [3]),
            Sample("CHANGELOG.md", "# Changelog\n\n## Unreleased\n"),
        ]
    ) { file in
        file.path != "CHANGELOG.md" || file.lines.contains("## Unreleased")
            ? [] : [file.violation(line: file.lines.count, "no line `## Unreleased`")]
    },
]

private let soundScript = "#!/usr/bin/env bash\n# Runs.\nset -euo pipefail\n"
