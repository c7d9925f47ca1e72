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
        "Observe", "Outbound", "Postgres", "Tenancy", "Schema", "Jobs", "Lifecycle",
    ]

    /// The libraries of each service.
    ///
    /// `sextant` hosts all services in one process, so it may import any of them; the others see
    /// only their own.
    static let serviceLibraries: [String: [String]] = [
        "ingest-service": ["Ingest"],
        "attribution-service": ["Attribution"],
        "mmm-service": ["MixModel"],
        "experiment-service": ["Experiments"],
        "insights-service": ["Insights"],
        "gateway": ["Gateway"],
        "simulator": ["Simulator"],
        "sextant": [
            "Ingest", "Attribution", "MixModel", "Experiments", "Insights", "Gateway", "Simulator",
        ],
    ]

    /// The folders whose Swift may import a C module; a C module that is not here has no ring.
    static let rings: [String: [String]] = [
        "CNghttp2": ["Shared/HTTP2/"],
        "CPQ": ["Shared/Postgres/"],
        "COpenSSL": ["Shared/Crypto/", "Shared/Net/"],
        "CArgon2": ["Shared/Crypto/"],
        "CLinux": ["Shared/Net/", "Tests/"],
        "CSignals": ["Shared/Lifecycle/"],
        "CZlib": ["Shared/RPC/"],
        "CCurl": ["Shared/Outbound/"],
        "CMicrohttpd": ["Shared/Observe/"],
        "CLAPACKE": ["Shared/Numerics/"],
        "CNLopt": ["Shared/Numerics/"],
        "CSpecial": ["Shared/Numerics/"],
        "CProtobufC": ["Proto/Generator/", "Tests/"],
        "CDescriptors": ["Proto/Generator/", "Tests/"],
        "CFuzzer": ["Tests/Fuzz/Driver/"],
        "CTestMessages": ["Tests/"],
    ]

    /// The folders whose Swift may take a connection without a tenant's scope: everyone else's
    /// road to a database is `TenantScope`.
    static let sessionHolders = [
        "Shared/Postgres/", "Shared/Tenancy/", "Shared/Schema/", "Shared/Jobs/", "Tests/",
    ]

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
