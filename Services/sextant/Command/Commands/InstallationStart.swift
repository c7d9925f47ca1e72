internal import Crypto
internal import Net
internal import Platform
internal import Schema
internal import Telemetry
internal import Tenancy

/// Brings an installation up, stage by stage; each leaves alone what is done already.
struct InstallationStart {
    private let context: CommandContext
    private var folder: DataFolder { context.folder }
    private var terminal: Terminal { context.terminal }

    init(_ context: CommandContext) { self.context = context }

    /// Runs all stages, and shows what runs then.
    ///
    /// - Throws: as ``start()`` does.
    func run() async throws {
        try await start()
        let status = try await InstallationStatus.find(folder)
        terminal.print(status.json, orElse: status.text)
    }

    /// Runs all stages.
    ///
    /// - Throws: ``CommandFailure`` of the stage that failed; those before it stay as they are, but
    ///   for an interruption, which stops what was started.
    func start() async throws {
        try folder.make()
        let lock = try folder.lock()
        let interruption = try Interruption()
        defer { interruption.end() }
        let started = Locked<[Daemon]>([])
        do {
            try await stages(interruption, started)
        } catch is Interruption.Cause {
            for daemon in started.withLock({ $0 }).reversed() {
                _ = try daemon.stop(within: .seconds(5))
            }
            throw CommandFailure(
                what: "interrupted: what was started has been stopped",
                next: "sextant up --data \(folder.path)",
                status: 130
            )
        }
        _ = consume lock
    }

    private func stages(_ interruption: Interruption, _ started: Locked<[Daemon]>) async throws {
        var installation = Installation.preferred
        let areUp = try folder.services.running() != nil
        try await terminal.stage("Settings") {
            // An edge without services holds ports that they are to have again.
            if !areUp { _ = try folder.edge.stop(within: .seconds(5)) }
            installation = try chooseInstallation(areUp: areUp)
            try installation.save(folder)
            try InstallationKeys(folder).make()
            return folder.path
        }
        try interruption.check()
        try await terminal.stage("Postgres") {
            let database = try PrivateDatabase(folder)
            try database.make()
            guard try database.start() else { return "already running" }
            started.withLock { $0.append(folder.database) }
            return "started"
        }
        try interruption.check()
        try await terminal.stage("Migrate") { try await Self.migrate(folder) }
        try interruption.check()
        try await terminal.stage("Services") {
            // Somebody may have taken a port while the database was made.
            installation = try chooseInstallation(areUp: areUp)
            try installation.save(folder)
            guard try ServiceProcess(folder, installation).start() else { return "already running" }
            started.withLock { $0.append(folder.services) }
            return ServiceGraph.all.joined(separator: " ")
        }
        try interruption.check()
        try await terminal.stage("Health") {
            try await ServiceHealth(folder, installation).awaitServing()
            return "all serve"
        }
        try await startEdge(installation, started)
        if !context.arguments.has("--no-demo") {
            try await terminal.stage("Demo") { try await Self.makeDemo(folder) }
            try await terminal.stage("Ready") {
                guard let key = try InstallationKeys(folder).demoKey() else {
                    return "not asked: there is no key"
                }
                try await FirstCall(folder, installation).awaitAnswer(key)
                return "a call of the demo tenant was answered"
            }
        }
    }

    // MARK: Ports

    /// What was chosen before, changed by what is asked for now, on ports that are free.
    private func chooseInstallation(areUp: Bool) throws(CommandFailure) -> Installation {
        var chosen = try Installation.load(folder) ?? .preferred
        let arguments = context.arguments
        // Running programs hold their own ports.
        if areUp { return chosen }
        if let host = arguments.value("--host") {
            guard (try? SocketAddress(host.contains(":") ? "[\(host)]:1" : "\(host):1")) != nil
            else {
                throw .usage("--host is \(host): expected an IPv4 or IPv6 address")
            }
            chosen.host = host
        }
        if let pages = arguments.value("--documentation") {
            guard FileSystem.exists(pages + "/swagger-ui-bundle.js"), pages.hasPrefix("/") else {
                throw .usage("--documentation is \(pages): expected a full path to Swagger UI")
            }
            chosen.documentation = pages
        }
        var taken: Set<UInt16> = []
        func port(
            _ kept: UInt16,
            _ option: String,
            _ purpose: String
        ) throws(CommandFailure) -> UInt16 {
            let asked = try arguments.number(option, in: 1...65_535).map { UInt16($0) }
            let port = try FreePort.find(
                asked ?? kept,
                isFixed: asked != nil,
                besides: taken,
                for: purpose,
                option: option,
                terminal
            )
            taken.insert(port)
            return port
        }
        chosen.edgePort = try port(chosen.edgePort, "--port", "the edge")
        chosen.gatewayPort = try port(chosen.gatewayPort, "--gateway-port", "the gateway")
        chosen.metricsPort = try port(chosen.metricsPort, "--metrics-port", "metrics")
        return chosen
    }

    // MARK: Stages

    /// Makes roles, and brings the schema up to date.
    static func migrate(_ folder: DataFolder) async throws -> String {
        try await PlatformSession.with(folder) { session in
            try await ClusterRoles.prepare(
                session.superuser,
                group: session.group,
                blocking: session.blocking,
                before: session.deadline
            )
            return try await MigrationSummary(session).text
        }
    }

    private func startEdge(_ installation: Installation, _ started: Locked<[Daemon]>) async throws {
        if context.arguments.has("--no-edge") { return }
        try await terminal.stage("Edge") {
            guard let program = EdgeProxy.program else {
                return "left out: apt-get install nghttp2-proxy brings it"
            }
            guard try EdgeProxy(folder, installation).start(program) else {
                return "already running"
            }
            started.withLock { $0.append(folder.edge) }
            return installation.address(port: installation.edgePort)
        }
    }

    /// The tenant for trying things out.
    static let demoSlug = "demo"

    /// Everything that keys may do for a tenant.
    static let allScopes = [
        "attribution:read", "attribution:write", "control:read", "definitions:read",
        "definitions:write", "erasure:read", "erasure:write", "events:read", "events:write",
        "experiments:read", "experiments:write", "imports:read", "imports:write", "insights:read",
        "insights:write", "jobs:read", "jobs:write", "models:read", "models:write", "quality:read",
        "quality:write", "rejected:read", "rejected:write", "series:read", "series:write",
        "taxonomy:read", "taxonomy:write",
    ]

    /// Makes the tenant for trying things out, and its key, unless they are there.
    private static func makeDemo(_ folder: DataFolder) async throws -> String {
        let keys = InstallationKeys(folder)
        if try keys.demoKey() != nil { return "already there" }
        return try await PlatformSession.with(folder) { session in
            let administration = try session.administration()
            let slug = try TenantSlug(demoSlug)
            let tenant: TenantID
            if let known = try await administration.tenant(named: slug.text) {
                tenant = known.id
            } else {
                tenant = try await administration.create(slug)
            }
            guard let scopes = ScopeSet(allScopes.compactMap { Scope($0) }) else {
                throw CommandFailure(what: "the demo tenant's key has too many scopes")
            }
            let key = try await session.keys().create(
                for: [tenant],
                scopes: scopes,
                by: try PlatformSession.actor,
                before: session.deadline
            )
            try keys.keepDemoKey(key.reveal())
            return "tenant \(slug), key in \(folder.key("demo-key"))"
        }
    }
}

/// What a run of the migrator has done, in words.
struct MigrationSummary {
    let text: String

    /// Migrates.
    ///
    /// - Throws: ``CommandFailure`` if tenants are not kept apart afterwards, or why it failed.
    init(_ session: PlatformSession) async throws {
        // A large tenant takes a while.
        let report = try await session.migrator(patience: .seconds(600)).migrate()
        guard report.faults.isEmpty else {
            throw CommandFailure(
                what: "tenants are not kept apart as they should be",
                cause: "\(report.faults.count) rights are wrong",
                log: Array(report.faults.prefix(15))
            )
        }
        let changed = report.tenants.count
        text =
            report.platform == 0 && changed == 0
            ? "up to date" : "\(report.platform) of the platform, \(changed) tenants changed"
    }
}
