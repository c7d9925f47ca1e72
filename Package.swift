// swift-tools-version: 6.2
import PackageDescription

// Every Swift target is compiled with these settings, tests and tools included.
let strict: [SwiftSetting] = [
    .swiftLanguageMode(.v6),
    .strictMemorySafety(),
    .treatAllWarnings(as: .error),
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("NonisolatedNonsendingByDefault"),
    .enableExperimentalFeature("Lifetimes"),  // `@_lifetime`: views that borrow a message's bytes
    // With it, Swift 6.3.1 takes the arrays of a value for its own alone once it has lent out a
    // `mutableSpan` of one: others that have copies see what is written (`UnsharedArrayTests`).
    .unsafeFlags(["-Xllvm", "-sil-disable-pass=cow-opts"]),
]

// Overlapping access to a variable is checked at run time in debug builds, which all tests run; in
// release builds the checks cost a tenth of what a request does on these hot paths.
let hotPath: [SwiftSetting] =
    strict + [
        .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))
    ]

// Optimised in debug builds too: tests read hundreds of megabytes.
let busy: [SwiftSetting] = hotPath + [.unsafeFlags(["-O"], .when(configuration: .debug))]

// Numbers are worked on eight at a time with AVX2, which every x86-64 server since 2013 has, and
// are optimised in debug builds too: tests sample millions of times.
let numeric: [SwiftSetting] =
    hotPath + [
        .unsafeFlags(["-Xcc", "-march=x86-64-v3"]),
        .unsafeFlags(["-O"], .when(configuration: .debug)),
    ]

// What programs that serve allocate with, as images do; sanitizers bring their own.
let fastAllocator: [LinkerSetting] = [
    .unsafeFlags(
        ["-Xlinker", "--no-as-needed", "-lmimalloc", "-Xlinker", "--as-needed"],
        .when(configuration: .release)
    )
]

let package = Package(
    name: "sextant",
    targets: [
        // Proto: the generator.
        .target(
            name: "CDescriptors",
            dependencies: ["CProtobufC"],
            path: "Proto/Generator/CDescriptors"
        ),
        .target(
            name: "Generator",
            dependencies: ["CDescriptors", "CProtobufC", "Wire"],
            path: "Proto/Generator/Generator",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "protoc-gen-sextant",
            dependencies: ["Generator"],
            path: "Proto/Generator/Main",
            swiftSettings: strict
        ),

        // Shared: each library may import only those above it.
        .systemLibrary(
            name: "CLAPACKE",
            path: "Shared/C/CLAPACKE",
            providers: [.apt(["liblapacke-dev", "libopenblas-serial-dev"])]
        ),
        .systemLibrary(name: "CLinux", path: "Shared/C/CLinux"),
        .target(name: "CSignals", path: "Shared/C/CSignals"),
        .target(name: "CRE2", path: "Shared/C/CRE2"),
        .target(name: "CSpecial", path: "Shared/C/CSpecial"),
        .target(name: "Telemetry", path: "Shared/Telemetry", swiftSettings: strict),
        .target(
            name: "Numerics",
            dependencies: ["CLAPACKE", "CNLopt", "CSpecial"],
            path: "Shared/Numerics",
            swiftSettings: numeric
        ),
        .target(name: "Wire", path: "Shared/Wire", swiftSettings: strict),
        // More of them come below.

        .target(
            name: "Schema",
            dependencies: [
                "AttributionMigrations", "Crypto", "IngestMigrations", "MixModelMigrations", "Net",
                "Postgres", "Telemetry", "Tenancy", "Wire",
            ],
            path: "Shared/Schema",
            resources: [.embedInCode("Migrations")],
            swiftSettings: strict
        ),
        .target(
            name: "Jobs",
            dependencies: [
                "Contracts", "Crypto", "Messages", "Net", "Observe", "Postgres", "RPC", "Telemetry",
                "Tenancy", "Wire",
            ],
            path: "Shared/Jobs",
            swiftSettings: strict
        ),
        .target(
            name: "Lifecycle",
            dependencies: [
                "CSignals", "HTTP2", "Messages", "Net", "Observe", "RPC", "Telemetry", "Wire",
            ],
            path: "Shared/Lifecycle",
            swiftSettings: strict
        ),
        .target(
            name: "Platform",
            dependencies: [
                "Contracts", "Crypto", "Jobs", "Lifecycle", "Messages", "Net", "Observe",
                "Postgres",
                "RPC", "Schema", "Telemetry", "Tenancy", "Wire",
            ],
            path: "Shared/Platform",
            swiftSettings: strict
        ),

        // Services: see also below.
        .target(
            name: "Command",
            dependencies: [
                "Administration", "Attribution", "CLinux", "Contracts", "Crypto", "Experiments",
                "Gateway", "Ingest", "Insights", "Lifecycle", "Messages", "MixModel", "Net",
                "Panels", "Platform", "Postgres", "RPC", "Schema", "Simulator", "Telemetry",
                "Tenancy", "Wire",
            ],
            path: "Services/sextant/Command",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "sextant",
            dependencies: ["Command"],
            path: "Services/sextant/Main",
            swiftSettings: strict,
            linkerSettings: fastAllocator
        ),

        // Services: each may import Shared and its own.
        .target(
            name: "Administration",
            dependencies: [
                "Contracts", "Crypto", "HTTP2", "Jobs", "Lifecycle", "Messages", "Net", "Observe",
                "Platform", "Postgres", "RPC", "Schema", "Telemetry", "Tenancy", "Wire",
            ],
            path: "Services/gateway/Administration",
            swiftSettings: strict
        ),
        .target(
            name: "Gateway",
            dependencies: [
                "Administration", "Contracts", "Crypto", "HTTP2", "Jobs", "Lifecycle", "Messages",
                "Net", "Platform", "Postgres", "RPC", "Schema", "Telemetry", "Tenancy", "Wire",
            ],
            path: "Services/gateway/Gateway",
            swiftSettings: hotPath
        ),
        .executableTarget(
            name: "gateway",
            dependencies: ["Gateway", "Lifecycle", "Platform"],
            path: "Services/gateway/Main",
            swiftSettings: strict,
            linkerSettings: fastAllocator
        ),

        // Tests.
        .target(
            name: "TestMessages",
            dependencies: ["Messages", "Wire"],
            path: "Tests/TestKit/Messages",
            swiftSettings: strict
        ),
        .target(
            name: "TestContracts",
            dependencies: ["Messages", "RPC", "TestMessages", "Wire"],
            path: "Tests/TestKit/Contracts",
            swiftSettings: strict
        ),
        .target(
            name: "TestExample",
            dependencies: [
                "Crypto", "Jobs", "Lifecycle", "Messages", "Net", "Postgres", "RPC", "Telemetry",
                "Tenancy", "TestContracts", "TestMessages", "Wire",
            ],
            path: "Tests/TestKit/Example",
            resources: [.embedInCode("Migrations")],
            swiftSettings: strict
        ),
        .target(
            name: "CTestMessages",
            dependencies: ["CProtobufC"],
            path: "Tests/TestKit/CMessages"
        ),
        .target(
            name: "TestKit",
            dependencies: ["HTTP2", "Wire"],
            path: "Tests/TestKit/Kit",
            swiftSettings: strict
        ),
        .target(
            name: "TestTenants",
            dependencies: [
                "Contracts", "Crypto", "Jobs", "Messages", "Net", "Observe", "Postgres", "RPC",
                "Schema", "Telemetry", "Tenancy", "TestContracts", "TestExample", "TestKit",
                "TestMessages", "Wire",
            ],
            path: "Tests/TestKit/Tenants",
            swiftSettings: strict
        ),
        .target(
            name: "TestDensities",
            dependencies: ["Numerics"],
            path: "Tests/TestKit/Densities",
            swiftSettings: numeric
        ),
        .target(name: "CAllocations", path: "Tests/TestKit/CAllocations"),
        .executableTarget(
            name: "gateway-server",
            dependencies: [
                "Crypto", "Gateway", "Lifecycle", "Net", "Platform", "Postgres", "RPC", "Tenancy",
                "TestContracts", "TestMessages", "Wire",
            ],
            path: "Tests/GatewayServer",
            swiftSettings: strict,
            linkerSettings: fastAllocator
        ),
        .executableTarget(
            name: "echo-server",
            dependencies: ["HTTP2", "Net", "Wire"],
            path: "Tests/EchoServer",
            swiftSettings: strict,
            linkerSettings: fastAllocator
        ),
        .executableTarget(
            name: "traffic-server",
            dependencies: ["Net", "RPC", "TestContracts", "TestMessages", "Wire"],
            path: "Tests/TrafficServer",
            swiftSettings: strict,
            linkerSettings: fastAllocator
        ),
        .executableTarget(
            name: "traffic-client",
            dependencies: ["Net", "RPC", "TestContracts", "TestMessages", "Wire"],
            path: "Tests/TrafficClient",
            swiftSettings: strict,
            linkerSettings: fastAllocator
        ),
        .executableTarget(
            name: "Benchmarks",
            dependencies: [
                "Attribution", "Contracts", "Crypto", "Files", "Ingest", "Jobs", "Lifecycle",
                "MediaMix", "Messages", "Net", "Numerics", "Panels", "PathModels", "Postgres",
                "RPC", "Schema", "Telemetry", "Tenancy", "TestDensities", "TestKit", "TestMessages",
                "TestTenants", "Wire",
            ],
            path: "Tests/Benchmarks",
            exclude: ["Peers"],
            swiftSettings: strict
        ),
        .testTarget(name: "TidyTests", path: "Tests/TidyTests", swiftSettings: strict),
        .target(
            name: "FuzzTargets",
            dependencies: [
                "Crypto", "Files", "HTTP2", "Messages", "RPC", "Telemetry", "Tenancy",
                "TestMessages", "Wire",
            ],
            path: "Tests/Fuzz/Targets",
            swiftSettings: strict
        ),
    ],
    cxxLanguageStandard: .cxx17
)

// C libraries that pkg-config knows: what it calls them, and what Debian does.
for (name, config, debian) in [
    ("CProtobufC", "libprotobuf-c", "libprotobuf-c-dev"),
    ("CNghttp2", "libnghttp2", "libnghttp2-dev"),
    ("COpenSSL", "openssl", "libssl-dev"),
    ("CArgon2", "libargon2", "libargon2-dev"),
    ("CZlib", "zlib", "zlib1g-dev"),
    ("CZstd", "libzstd", "libzstd-dev"),
    ("CMicrohttpd", "libmicrohttpd", "libmicrohttpd-dev"),
    ("CPQ", "libpq", "libpq-dev"),
    ("CNLopt", "nlopt", "libnlopt-dev"),
] {
    package.targets.append(
        .systemLibrary(
            name: name,
            path: "Shared/C/\(name)",
            pkgConfig: config,
            providers: [.apt([debian])]
        )
    )
}

// Libraries under Shared, in the order of the house: each may import only those above it.
for (library, dependencies, settings) in [
    ("Messages", ["Wire"], strict),
    ("HTTP2", ["CNghttp2", "Wire"], hotPath),
    ("Crypto", ["CArgon2", "COpenSSL", "Wire"], strict),
    ("Net", ["CLinux", "COpenSSL", "HTTP2", "Wire"], hotPath),
    ("RPC", ["CZlib", "HTTP2", "Messages", "Net", "Telemetry", "Wire"], hotPath),
    ("Contracts", ["Messages", "RPC", "Wire"], strict),
    ("Observe", ["CMicrohttpd", "HTTP2", "Messages", "Net", "RPC", "Telemetry", "Wire"], strict),
    ("Postgres", ["CPQ", "Net", "RPC", "Telemetry", "Wire"], hotPath),
    ("Touches", ["Messages", "Postgres", "RPC"], strict),
    (
        "Tenancy",
        [
            "Crypto", "HTTP2", "Messages", "Net", "Postgres", "RPC", "Telemetry", "Wire",
        ], strict
    ),
] as [(String, [Target.Dependency], [SwiftSetting])] {
    package.targets.append(
        .target(
            name: library,
            dependencies: dependencies,
            path: "Shared/\(library)",
            swiftSettings: settings
        )
    )
}

// What services have in each tenant's schema: data alone.
for (folder, library) in [
    ("ingest-service", "IngestMigrations"), ("attribution-service", "AttributionMigrations"),
    ("mmm-service", "MixModelMigrations"),
] {
    package.targets.append(
        .target(
            name: library,
            path: "Services/\(folder)/Migrations",
            resources: [.embedInCode("SQL")],
            swiftSettings: strict
        )
    )
}

// What services know without a database: each library is pure, and has tests of its own.
for (folder, library, dependencies, settings) in [
    ("simulator", "Simulator", ["Numerics", "Telemetry", "Wire"], busy),
    ("ingest-service", "Taxonomy", ["CRE2", "Wire"], strict),
    ("ingest-service", "Files", ["CZlib", "CZstd", "Wire"], busy),
    ("attribution-service", "PathModels", ["Numerics", "Wire"], numeric),
    ("attribution-service", "Journeys", ["Messages", "PathModels", "Wire"], busy),
    ("mmm-service", "Panels", ["Crypto", "Numerics", "Wire"], numeric),
    ("mmm-service", "MediaMix", ["Numerics", "Panels", "Wire"], numeric),
] as [(String, String, [Target.Dependency], [SwiftSetting])] {
    package.targets.append(
        .target(
            name: library,
            dependencies: dependencies,
            path: "Services/\(folder)/\(library)",
            swiftSettings: settings
        )
    )
}

// The services that keep tenants' rows: each has a library, and a program that runs it.
let area: [Target.Dependency] = ["Lifecycle", "Platform"]
for (folder, library, dependencies) in [
    (
        "ingest-service", "Ingest",
        [
            "Contracts", "Crypto", "Files", "Jobs", "Messages", "Net", "Postgres", "RPC", "Schema",
            "Taxonomy", "Telemetry", "Tenancy", "Touches", "Wire",
        ]
    ),
    (
        "attribution-service", "Attribution",
        [
            "Contracts", "Crypto", "Jobs", "Journeys", "Messages", "Net", "PathModels", "Postgres",
            "RPC", "Schema", "Telemetry", "Tenancy", "Touches", "Wire",
        ]
    ),
    (
        "mmm-service", "MixModel",
        [
            "Contracts", "Crypto", "Jobs", "MediaMix", "Messages", "Net", "Numerics", "Panels",
            "Postgres", "RPC", "Schema", "Telemetry", "Tenancy", "Wire",
        ]
    ),
    ("experiment-service", "Experiments", []), ("insights-service", "Insights", []),
] as [(String, String, [Target.Dependency])] {
    package.targets += [
        .target(
            name: library,
            dependencies: area + dependencies,
            path: "Services/\(folder)/\(library)",
            swiftSettings: strict
        ),
        .executableTarget(
            name: folder,
            dependencies: [.byName(name: library), "Lifecycle", "Platform"],
            path: "Services/\(folder)/Main",
            swiftSettings: strict,
            linkerSettings: fastAllocator
        ),
    ]
}

// Programs that tests run: their folders below Tests/, what they need, and what is no Swift there.
for (name, folder, dependencies, excluded) in [
    ("jobs-probe", "JobsProbe", "Jobs Messages Net Postgres Telemetry Tenancy Wire", []),
    ("interop-server", "InteropServer", "Messages Net RPC TestContracts TestMessages Wire", []),
    (
        "interop-client", "InteropClient",
        "Messages Net RPC TestContracts TestMessages Wire", ["Peers"]
    ),
    ("allocation-probe", "AllocationProbe", "CAllocations Numerics TestDensities", []),
    ("lifecycle-probe", "LifecycleProbe", "Lifecycle", []),
    ("example-server", "ExampleServer", "Lifecycle TestContracts TestExample TestMessages", []),
    (
        "example-service", "ExampleService",
        "Jobs Lifecycle Net Platform RPC TestContracts TestExample TestMessages", []
    ),
    (
        "example-gateway", "ExampleGateway",
        "Gateway Lifecycle Platform TestContracts TestMessages", []
    ),
    ("greeting-server", "GreetingServer", "Lifecycle RPC Wire", ["greeting.proto"]),
] as [(String, String, String, [String])] {
    package.targets.append(
        .executableTarget(
            name: name,
            dependencies: dependencies.split(separator: " ").map { .byName(name: String($0)) },
            path: "Tests/\(folder)",
            exclude: excluded,
            swiftSettings: strict
        )
    )
}

// The suites: what is tested, what the tests need, and folders of theirs that hold no Swift.
for (name, dependencies, excluded) in [
    ("GeneratorTests", "Generator Messages TestKit Wire", []),
    ("TelemetryTests", "Telemetry TestKit", ["Inputs"]),
    ("NumericsTests", "Numerics TestDensities TestKit", ["Inputs"]),
    (
        "IngestTests",
        """
        Contracts Files Ingest Jobs Lifecycle Messages Net Platform Postgres RPC Schema \
        Simulator Taxonomy Telemetry Tenancy TestKit TestTenants Touches Wire
        """, []
    ),
    ("PlatformTests", "Crypto Jobs Lifecycle Platform Tenancy Wire", []),
    ("SimulatorTests", "Files MediaMix Simulator Wire", []),
    ("PanelsTests", "Numerics Panels TestKit Wire", []),
    ("MediaMixTests", "MediaMix Numerics Panels TestKit Wire", []),
    ("FilesTests", "Files TestKit Wire", ["Peers"]),
    ("PathModelsTests", "Numerics PathModels TestKit Wire", []),
    ("JourneysTests", "Journeys Messages PathModels TestKit Wire", []),
    (
        "AttributionTests",
        """
        Attribution Contracts Ingest Jobs Journeys Lifecycle Messages PathModels Platform \
        Postgres RPC Schema Simulator Tenancy TestKit TestTenants Wire
        """, []
    ),
    (
        "MixModelTests",
        """
        Contracts Ingest Jobs Lifecycle MediaMix Messages MixModel Numerics Panels Platform \
        Postgres RPC Schema Tenancy TestKit TestTenants Wire
        """, []
    ),
    ("TaxonomyTests", "Simulator Taxonomy TestKit", ["Inputs"]),
    ("WireTests", "FuzzTargets Messages TestKit TestMessages Wire", []),
    ("HTTP2Tests", "HTTP2 TestKit Wire", []),
    ("CryptoTests", "Crypto TestKit Wire", ["Peers"]),
    ("NetTests", "HTTP2 Net TestKit Wire", ["Peers"]),
    ("RPCTests", "HTTP2 Messages Net RPC TestContracts TestKit TestMessages Wire", ["Peers"]),
    (
        "ObserveTests",
        """
        Messages Net Observe RPC Telemetry TestContracts TestKit TestMessages Wire
        """, ["Peers"]
    ),
    ("PostgresTests", "Net Postgres RPC TestKit Wire", []),
    (
        "TenancyTests",
        """
        Crypto HTTP2 Messages Net RPC Telemetry Tenancy TestContracts TestKit TestMessages Wire
        """, []
    ),
    (
        "SchemaTests",
        """
        Crypto Messages Net Postgres RPC Schema Telemetry Tenancy TestKit TestTenants Wire
        """, []
    ),
    (
        "JobsTests",
        """
        Jobs Messages Net Observe Postgres RPC Schema Telemetry Tenancy TestKit TestTenants Wire \
        jobs-probe
        """, []
    ),
    (
        "IsolationTests",
        """
        Attribution Contracts Crypto Ingest Jobs Lifecycle Messages MixModel Net Postgres RPC \
        Schema Telemetry Tenancy TestContracts TestExample TestKit TestMessages TestTenants Wire
        """, []
    ),
    (
        "AdministrationTests",
        """
        Administration Contracts Crypto Jobs Lifecycle Messages Net Observe Postgres RPC Schema \
        Telemetry Tenancy TestContracts TestExample TestKit TestMessages TestTenants Wire
        """, []
    ),
    (
        "GatewayTests",
        """
        Contracts Crypto Gateway HTTP2 Jobs Lifecycle Messages Net Observe RPC Schema Telemetry \
        Tenancy TestContracts TestExample TestKit TestMessages TestTenants Wire
        """, ["Peers"]
    ),
    ("LifecycleTests", "Lifecycle Messages Net RPC Telemetry TestKit Wire lifecycle-probe", []),
    (
        "SextantTests",
        """
        Command Crypto Lifecycle Messages Net Panels Platform RPC Simulator Tenancy TestContracts \
        TestKit TestMessages Wire attribution-service experiment-service gateway ingest-service \
        insights-service mmm-service
        """, ["Peers"]
    ),
    (
        "EndToEndTests",
        """
        Administration Contracts Crypto Jobs Messages Net Observe Platform RPC Schema Telemetry \
        Tenancy TestContracts TestExample TestKit TestMessages TestTenants Wire \
        attribution-service example-gateway example-server example-service experiment-service \
        gateway greeting-server ingest-service insights-service mmm-service sextant
        """, ["Peers"]
    ),
    ("DifferentialTests", "CProtobufC CTestMessages Messages TestKit TestMessages Wire", ["Peers"]),
] as [(String, String, [String])] {
    package.targets.append(
        .testTarget(
            name: name,
            dependencies: dependencies.split(separator: " ").map { .byName(name: String($0)) },
            exclude: excluded,
            swiftSettings: strict
        )
    )
}

// The testee of `deploy/conformance protobuf`, which generates the official test messages first.
if Context.environment["SEXTANT_CONFORMANCE"] == "1" {
    package.targets.append(
        .executableTarget(
            name: "conformance-testee",
            dependencies: ["Messages", "Wire"],
            path: "Tests/Conformance",
            swiftSettings: strict
        )
    )
}

// The program of `deploy/fuzz`: it links only with the compiler's fuzzer.
if Context.environment["SEXTANT_FUZZ"] == "1" {
    package.targets += [
        .target(name: "CFuzzer", path: "Tests/Fuzz/CFuzzer"),
        .executableTarget(
            name: "fuzz",
            dependencies: ["CFuzzer", "FuzzTargets", "Wire"],
            path: "Tests/Fuzz/Driver",
            swiftSettings: strict
        ),
    ]
}

// Only these suites and what they need; of words that begin with a minus, all but these.
// `deploy/test` runs each once if time is short, and sanitizes no more than can go wrong there.
if let suites = Context.environment["SEXTANT_SUITES"], !suites.isEmpty {
    let words = suites.split(separator: " ").map(String.init)
    let without = words.filter { $0.hasPrefix("-") }.map { String($0.dropFirst()) }
    package.targets.removeAll { without.contains($0.name) }
    var open = words.filter { !$0.hasPrefix("-") }
    var needed: Set<String> = []
    while let name = open.popLast() {
        guard needed.insert(name).inserted else { continue }
        let target = package.targets.first { $0.name == name }
        for case .byNameItem(let other, _) in target?.dependencies ?? [] { open.append(other) }
    }
    if !needed.isEmpty { package.targets.removeAll { !needed.contains($0.name) } }
}
