/// The plan of the house that the rules hold the tree to: every table of theirs is here.
enum House {
    /// What may stand at the root of the repository, beside dotfiles.
    static let topLevel: Set<String> = [
        "Package.swift", "Package.resolved", "Services", "Shared", "Proto", "Tests", "deploy",
        "README.md", "CHANGELOG.md", "LICENSE",
    ]

    /// The libraries of `Shared/`, lowest first: each may import only those before it.
    static let sharedLibraries = [
        "Telemetry", "Numerics", "Wire", "Messages", "HTTP2", "Crypto", "Net", "RPC", "Contracts",
        "Observe", "Outbound", "Postgres", "Touches", "Tenancy", "Schema", "Jobs", "Lifecycle",
        "Platform",
    ]

    /// The libraries of each service.
    ///
    /// `sextant` hosts all services in one process, so it may import any of them; the others see
    /// only their own.
    static let serviceLibraries: [String: [String]] = [
        "ingest-service": ["Taxonomy", "Files", "Ingest"],
        "attribution-service": ["PathModels", "Journeys", "Attribution"],
        "mmm-service": ["Panels", "MediaMix", "MixModel"],
        "experiment-service": ["Experiments"],
        "insights-service": ["Insights"],
        "gateway": ["Gateway", "Administration"],
        "simulator": ["Simulator"],
        "sextant": [
            "Command", "Ingest", "Attribution", "MixModel", "Experiments", "Insights", "Gateway",
            "Administration", "Simulator", "Panels",
        ],
    ]

    /// The folders whose Swift may import a C module; a C module that is not here has no ring.
    static let rings: [String: [String]] = [
        "CNghttp2": ["Shared/HTTP2/"],
        "CPQ": ["Shared/Postgres/"],
        "COpenSSL": ["Shared/Crypto/", "Shared/Net/"],
        "CArgon2": ["Shared/Crypto/"],
        "CLinux": ["Shared/Net/", "Services/sextant/", "Tests/"],
        "CSignals": ["Shared/Lifecycle/"],
        "CZlib": ["Shared/RPC/", "Services/ingest-service/Files/"],
        "CZstd": ["Services/ingest-service/Files/"],
        "CCurl": ["Shared/Outbound/"],
        "CMicrohttpd": ["Shared/Observe/"],
        "CLAPACKE": ["Shared/Numerics/"],
        "CNLopt": ["Shared/Numerics/"],
        "CSpecial": ["Shared/Numerics/"],
        "CRE2": ["Services/ingest-service/Taxonomy/"],
        "CProtobufC": ["Proto/Generator/", "Tests/"],
        "CDescriptors": ["Proto/Generator/", "Tests/"],
        "CFuzzer": ["Tests/Fuzz/Driver/"],
        "CTestMessages": ["Tests/"],
        "CAllocations": ["Tests/AllocationProbe/"],
    ]

    /// The folders whose Swift may take a connection without a tenant's scope: everyone else's
    /// road to a database is `TenantScope`.
    static let sessionHolders = [
        "Shared/Postgres/", "Shared/Tenancy/", "Shared/Schema/", "Shared/Jobs/", "Tests/",
    ]

    /// Where tests may start programs by hand: where others do it for them, and where nothing else
    /// runs beside.
    static let startsPrograms = [
        "Tests/TestKit/Kit/ProgramStart.swift", "Tests/Benchmarks/", "Tests/TidyTests/",
    ]

    /// The suites that `deploy/test` runs beside servers of theirs, which inherit what is open.
    static let serverSuites = [
        "Postgres", "Tenancy", "Schema", "Jobs", "Isolation", "Administration", "Gateway", "Ingest",
        "Attribution", "Sextant", "EndToEnd",
    ].map { "Tests/\($0)Tests/" }

    /// Modules of the toolchain that the product may use; there are no outside Swift packages.
    ///
    /// Foundation is not among them: linked statically it adds 60 MB to each service.
    static let toolchainModules: Set<String> = ["Dispatch", "Glibc", "Synchronization"]

    static let longestLine = 100
    static let longestFunction = 70
    static let longestFile = 600

    /// Files that may be longer than `longestFile`, and why.
    static let longFiles: [String: String] = [:]
}
