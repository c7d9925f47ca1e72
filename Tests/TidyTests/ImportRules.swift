/// Who may import whom.
let importRules = [
    Rule(
        name: "a C module is imported only inside its ring",
        samples: [
            Sample("Shared/Net/A.swift", "internal import CNghttp2\n", faultyLines: [1]),
            Sample("Shared/HTTP2/A.swift", "internal import CNghttp2\n"),
            Sample(
                "Shared/Net/A.swift",
                "import Wire\n@_implementationOnly import struct COpenSSL.SSL\nimport CPQ\n",
                faultyLines: [3]
            ),
            Sample("Tests/WireTests/A.swift", "import CProtobufC\nimport CDescriptors\n"),
            Sample("Shared/Wire/A.swift", "public import CProtobufC\n", faultyLines: [1]),
            Sample("Tests/ATests/A.swift", "import CUnheardOf\n", faultyLines: [1]),
            Sample(
                "Shared/RPC/A.swift",
                "import Crypto\n// import CPQ\nlet a = \"\"\"\nimport CPQ\n\"\"\"\n"
            ),
        ]
    ) { file in
        file.imports.filter { $0.module.isCModule }.compactMap { line, module in
            guard let ring = House.rings[module] else {
                return file.violation(line: line, "\(module) has no ring in House.rings")
            }
            return ring.contains { file.path.hasPrefix($0) }
                ? nil
                : file.violation(
                    line: line,
                    "\(module) is for \(ring.joined(separator: ", ")) only"
                )
        }
    },
    Rule(
        name: "a connection without a tenant's scope is for those who keep tenants apart",
        samples: [
            Sample(
                "Services/mmm-service/MixModel/A.swift",
                "@_spi(PostgresSessions) import Postgres\n",
                faultyLines: [1]
            ),
            Sample("Shared/Outbound/A.swift", "@_spi(PostgresSessions)\n", faultyLines: [1]),
            Sample("Shared/Tenancy/A.swift", "@_spi(PostgresSessions) import Postgres\n"),
            Sample("Services/mmm-service/MixModel/A.swift", "import Postgres\n"),
        ]
    ) { file in
        guard file.isSwift, !House.sessionHolders.contains(where: file.path.hasPrefix) else {
            return []
        }
        return file.linesOfCode(with: ["@_spi(PostgresSessions)"])
    },
    Rule(
        name: "a library of Shared imports only those above it, and no outside package",
        samples: [
            Sample("Shared/Wire/A.swift", "import Numerics\npublic import RPC\n", faultyLines: [2]),
            Sample(
                "Shared/RPC/Server/A.swift",
                "import Net\nimport Wire\nimport Synchronization\n"
            ),
            Sample("Shared/RPC/A.swift", "import NIOCore\n", faultyLines: [1]),
            Sample("Shared/RPC/A.swift", "import RPC\n", faultyLines: [1]),
            Sample("Shared/Schema/A.swift", "import IngestMigrations\n"),
            Sample("Shared/Jobs/A.swift", "import IngestMigrations\n", faultyLines: [1]),
            Sample("Shared/Odds/A.swift", "\n", faultyLines: [1]),
        ]
    ) { file in
        let folders = file.path.split(separator: "/").map(String.init)
        guard file.isSwift, folders.count > 2, folders[0] == "Shared", folders[1] != "C" else {
            return []
        }
        guard let place = House.sharedLibraries.firstIndex(of: folders[1]) else {
            return [file.violation(line: 1, "\(folders[1]) is not in House.sharedLibraries")]
        }
        let allowed = House.toolchainModules.union(House.sharedLibraries[..<place])
        return file.imports
            .filter { !allowed.contains($0.module) && !$0.module.isCModule }
            // The runner of migrations is handed every service's SQL, data that imports nothing.
            .filter { folders[1] != "Schema" || !$0.module.hasSuffix("Migrations") }
            .map { file.violation(line: $0.line, "\(folders[1]) may not import \($0.module)") }
    },
    Rule(
        name: "a service imports only Shared and itself",
        samples: [
            Sample("Services/mmm-service/MixModel/A.swift", "import Ingest\n", faultyLines: [1]),
            Sample(
                "Services/mmm-service/Main/A.swift",
                "import MixModel\nimport MixModelMigrations\nimport Lifecycle\n"
            ),
            Sample("Services/sextant/Main/A.swift", "import Ingest\nimport Gateway\n"),
            Sample(
                "Services/gateway/Gateway/A.swift",
                "import Ingest\nimport Hummingbird\n",
                faultyLines: [1, 2]
            ),
            Sample("Services/odds-service/Main/A.swift", "\n", faultyLines: [1]),
        ]
    ) { file in
        let folders = file.path.split(separator: "/").map(String.init)
        guard file.isSwift, folders.count > 2, folders[0] == "Services" else { return [] }
        guard let own = House.serviceLibraries[folders[1]] else {
            return [file.violation(line: 1, "\(folders[1]) is not in House.serviceLibraries")]
        }
        let allowed = House.toolchainModules.union(House.sharedLibraries)
            .union(own).union(own.map { $0 + "Migrations" })
        return file.imports
            .filter { !allowed.contains($0.module) && !$0.module.isCModule }
            .map { file.violation(line: $0.line, "\(folders[1]) may not import \($0.module)") }
    },
    Rule(
        name: "tests are written in Swift Testing",
        samples: [
            Sample(
                "Tests/ATests/A.swift",
                "import Testing\nimport XC" + "Test\n",
                faultyLines: [2]
            ),
            Sample("Tests/ATests/A.swift", "import Testing\n"),
        ]
    ) { file in
        file.imports.filter { $0.module == "XCTest" }.map {
            file.violation(line: $0.line, "imports XCTest")
        }
    },
]

extension String {
    /// Our C modules are a C and a capital: `CPQ`, `CNghttp2`; `Crypto` and `Contracts` are Swift.
    fileprivate var isCModule: Bool {
        first == "C" && dropFirst().first?.isUppercase == true
    }
}

extension SourceFile {
    private static let symbolKinds: Set<Substring> =
        ["struct", "class", "enum", "protocol", "typealias", "func", "var", "let"]

    /// Each import with its line, whatever attributes and access level stand before it.
    fileprivate var imports: [(line: Int, module: String)] {
        numberedLines(of: code).compactMap { number, line in
            let words = line.split(separator: " ")
            guard let place = words.firstIndex(of: "import"),
                words[..<place].allSatisfy({ $0.first?.isLetter == true || $0.first == "@" })
            else { return nil }
            let name = words[(place + 1)...].first { !Self.symbolKinds.contains($0) } ?? ""
            return (line: number, module: String(name.prefix { $0 != "." }))
        }
    }
}
