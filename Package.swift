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
]

// Overlapping access to a variable is checked at run time in debug builds, which all tests run; in
// release builds the checks cost a tenth of what a request does on these hot paths.
let hotPath: [SwiftSetting] =
    strict + [
        .unsafeFlags(["-enforce-exclusivity=unchecked"], .when(configuration: .release))
    ]

// Numbers are worked on eight at a time with AVX2, which every x86-64 server since 2013 has, and
// are optimised in debug builds too: tests sample millions of times.
let numeric: [SwiftSetting] =
    strict + [
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
            name: "CProtobufC",
            path: "Shared/C/CProtobufC",
            pkgConfig: "libprotobuf-c",
            providers: [.apt(["libprotobuf-c-dev"])]
        ),
        .systemLibrary(
            name: "CNghttp2",
            path: "Shared/C/CNghttp2",
            pkgConfig: "libnghttp2",
            providers: [.apt(["libnghttp2-dev"])]
        ),
        .systemLibrary(
            name: "COpenSSL",
            path: "Shared/C/COpenSSL",
            pkgConfig: "openssl",
            providers: [.apt(["libssl-dev"])]
        ),
        .systemLibrary(
            name: "CArgon2",
            path: "Shared/C/CArgon2",
            pkgConfig: "libargon2",
            providers: [.apt(["libargon2-dev"])]
        ),
        .systemLibrary(
            name: "CZlib",
            path: "Shared/C/CZlib",
            pkgConfig: "zlib",
            providers: [.apt(["zlib1g-dev"])]
        ),
        .systemLibrary(
            name: "CMicrohttpd",
            path: "Shared/C/CMicrohttpd",
            pkgConfig: "libmicrohttpd",
            providers: [.apt(["libmicrohttpd-dev"])]
        ),
        .systemLibrary(
            name: "CPQ",
            path: "Shared/C/CPQ",
            pkgConfig: "libpq",
            providers: [.apt(["libpq-dev"])]
        ),
        .systemLibrary(
            name: "CLAPACKE",
            path: "Shared/C/CLAPACKE",
            providers: [.apt(["liblapacke-dev", "libopenblas-serial-dev"])]
        ),
        .systemLibrary(name: "CLinux", path: "Shared/C/CLinux"),
        .systemLibrary(
            name: "CNLopt",
            path: "Shared/C/CNLopt",
            pkgConfig: "nlopt",
            providers: [.apt(["libnlopt-dev"])]
        ),
        .target(name: "CSignals", path: "Shared/C/CSignals"),
        .target(name: "CSpecial", path: "Shared/C/CSpecial"),
        .target(name: "Telemetry", path: "Shared/Telemetry", swiftSettings: strict),
        .target(
            name: "Numerics",
            dependencies: ["CLAPACKE", "CNLopt", "CSpecial"],
            path: "Shared/Numerics",
            swiftSettings: numeric
        ),
        .target(name: "Wire", path: "Shared/Wire", swiftSettings: strict),
        .target(
            name: "Messages",
            dependencies: ["Wire"],
            path: "Shared/Messages",
            swiftSettings: strict
        ),
        .target(
            name: "HTTP2",
            dependencies: ["CNghttp2", "Wire"],
            path: "Shared/HTTP2",
            swiftSettings: hotPath
        ),
        .target(
            name: "Crypto",
            dependencies: ["CArgon2", "COpenSSL", "Wire"],
            path: "Shared/Crypto",
            swiftSettings: strict
        ),
        .target(
            name: "Net",
            dependencies: ["CLinux", "COpenSSL", "HTTP2", "Wire"],
            path: "Shared/Net",
            swiftSettings: hotPath
        ),
        .target(
            name: "RPC",
            dependencies: ["CZlib", "HTTP2", "Messages", "Net", "Telemetry", "Wire"],
            path: "Shared/RPC",
            swiftSettings: hotPath
        ),
        .target(
            name: "Observe",
            dependencies: [
                "CMicrohttpd", "HTTP2", "Messages", "Net", "RPC", "Telemetry", "Wire",
            ],
            path: "Shared/Observe",
            swiftSettings: strict
        ),
        .target(
            name: "Postgres",
            dependencies: ["CPQ", "Net", "RPC", "Wire"],
            path: "Shared/Postgres",
            swiftSettings: hotPath
        ),
        .target(
            name: "Tenancy",
            dependencies: [
                "Crypto", "HTTP2", "Messages", "Net", "Postgres", "RPC", "Telemetry", "Wire",
            ],
            path: "Shared/Tenancy",
            swiftSettings: strict
        ),
        .target(
            name: "Schema",
            dependencies: ["Crypto", "Net", "Postgres", "Telemetry", "Tenancy", "Wire"],
            path: "Shared/Schema",
            resources: [.embedInCode("Migrations")],
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
                "Lifecycle", "Messages", "Net", "RPC", "TestContracts", "TestMessages", "Wire",
            ],
            path: "Tests/TestKit/Example",
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
            name: "TestDensities",
            dependencies: ["Numerics"],
            path: "Tests/TestKit/Densities",
            swiftSettings: numeric
        ),
        .testTarget(
            name: "GeneratorTests",
            dependencies: ["Generator", "Messages", "Wire"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "TelemetryTests",
            dependencies: ["Telemetry", "TestKit"],
            exclude: ["Inputs"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "NumericsTests",
            dependencies: ["Numerics", "TestDensities"],
            exclude: ["Inputs"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "WireTests",
            dependencies: ["FuzzTargets", "Messages", "TestKit", "TestMessages", "Wire"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "HTTP2Tests",
            dependencies: ["HTTP2", "TestKit", "Wire"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "CryptoTests",
            dependencies: ["Crypto", "TestKit", "Wire"],
            exclude: ["Peers"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "NetTests",
            dependencies: ["HTTP2", "Net", "TestKit", "Wire"],
            exclude: ["Peers"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "RPCTests",
            dependencies: [
                "HTTP2", "Messages", "Net", "RPC", "TestContracts", "TestKit", "TestMessages",
                "Wire",
            ],
            exclude: ["Peers"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "ObserveTests",
            dependencies: [
                "Messages", "Net", "Observe", "RPC", "Telemetry", "TestContracts", "TestKit",
                "TestMessages", "Wire",
            ],
            exclude: ["Peers"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "PostgresTests",
            dependencies: ["Net", "Postgres", "RPC", "TestKit", "Wire"],
            path: "Tests/PostgresTests",
            swiftSettings: strict
        ),
        .testTarget(
            name: "TenancyTests",
            dependencies: [
                "Crypto", "HTTP2", "Messages", "Net", "RPC", "Telemetry", "Tenancy",
                "TestContracts", "TestKit", "TestMessages", "Wire",
            ],
            swiftSettings: strict
        ),
        .testTarget(
            name: "SchemaTests",
            dependencies: [
                "Crypto", "Messages", "Net", "Postgres", "RPC", "Schema", "Telemetry", "Tenancy",
                "TestKit", "Wire",
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "interop-server",
            dependencies: ["Messages", "Net", "RPC", "TestContracts", "TestMessages", "Wire"],
            path: "Tests/InteropServer",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "interop-client",
            dependencies: ["Messages", "Net", "RPC", "TestContracts", "TestMessages", "Wire"],
            path: "Tests/InteropClient",
            exclude: ["Peers"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "LifecycleTests",
            dependencies: [
                "Lifecycle", "Messages", "Net", "RPC", "Telemetry", "TestKit", "Wire",
                "lifecycle-probe",
            ],
            swiftSettings: strict
        ),
        .executableTarget(
            name: "lifecycle-probe",
            dependencies: ["Lifecycle"],
            path: "Tests/LifecycleProbe",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "example-server",
            dependencies: ["Lifecycle", "TestContracts", "TestExample", "TestMessages"],
            path: "Tests/ExampleServer",
            swiftSettings: strict
        ),
        .executableTarget(
            name: "greeting-server",
            dependencies: ["Lifecycle", "RPC", "Wire"],
            path: "Tests/GreetingServer",
            exclude: ["greeting.proto"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "EndToEndTests",
            dependencies: [
                "Messages", "Net", "RPC", "TestContracts", "TestExample", "TestKit", "TestMessages",
                "Wire", "example-server", "greeting-server",
            ],
            exclude: ["Peers"],
            swiftSettings: strict
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
                "Messages", "Net", "Numerics", "Postgres", "TestDensities", "TestKit",
                "TestMessages", "Wire",
            ],
            path: "Tests/Benchmarks",
            exclude: ["Peers"],
            swiftSettings: strict
        ),
        .testTarget(
            name: "DifferentialTests",
            dependencies: [
                "CProtobufC", "CTestMessages", "Messages", "TestKit", "TestMessages", "Wire",
            ],
            path: "Tests/DifferentialTests",
            exclude: ["Peers"],
            swiftSettings: strict
        ),
        .testTarget(name: "TidyTests", path: "Tests/TidyTests", swiftSettings: strict),
        .target(
            name: "FuzzTargets",
            dependencies: [
                "Crypto", "HTTP2", "Messages", "RPC", "Telemetry", "Tenancy", "TestMessages",
                "Wire",
            ],
            path: "Tests/Fuzz/Targets",
            swiftSettings: strict
        ),
    ],
    cxxLanguageStandard: .cxx17
)

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
