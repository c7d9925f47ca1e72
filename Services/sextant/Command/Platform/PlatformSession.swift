internal import Crypto
internal import Lifecycle
internal import Net
internal import Platform
internal import Postgres
internal import Schema
internal import Telemetry
internal import Tenancy

/// How a command reaches the platform's database: by the data folder, or as the environment says,
/// where the database is another's.
struct PlatformAccess: Configurable {
    /// Makes roles and passwords; nil if someone else has.
    let superuser: Secret?
    /// Changes schemas, and makes and ends tenants.
    let migrator: Secret?
    /// Makes and ends API keys.
    let gateway: Secret?
    /// What API keys are hashed with.
    let peppers: Secret?
    /// Which installation API keys are for.
    let environment: String
    /// The passwords of logins: a folder with a file for each.
    let passwords: String?

    /// Reads all keys.
    init(from reader: inout ConfigurationReader) {
        superuser = reader.optionalSecret(
            "superuser_dsn",
            "The platform's database as a superuser: makes roles, and sets their passwords."
        )
        migrator = reader.optionalSecret(
            "migrator_dsn",
            "The platform's database with the login migrator."
        )
        gateway = reader.optionalSecret(
            "gateway_dsn",
            "The platform's database with the login svc_gateway, for API keys."
        )
        peppers = reader.optionalSecret(
            "key_peppers",
            "What API keys are hashed with, as number:key,… in base64url."
        )
        environment = reader.value(
            "key_environment",
            .string(bytes: 1...12),
            default: "live",
            "Which installation API keys are for, as their second part says."
        )
        passwords = reader.optional(
            "passwords_folder",
            .string(),
            "A folder with a file for each login whose password is set: migrator, svc_ingest, …"
        )
    }

    /// Variables that are for others: for services in the same image, for whoever has taken over
    /// what `status` prints, for those who build and test.
    private static let foreignVariables: Set = [
        "SEXTANT_DATA", "SEXTANT_KEY", "SEXTANT_LISTEN_ADDRESS", "SEXTANT_METRICS_ADDRESS",
        "SEXTANT_LONG", "SEXTANT_METRICS_URL", "SEXTANT_REFERENCE", "SEXTANT_SCRATCH",
        "SEXTANT_SUITES",
        "SEXTANT_URL",
    ]

    /// What holds for a command: the environment, if it names a database; else the data folder.
    ///
    /// - Parameter folder: of the installation.
    /// - Returns: how the database is reached.
    /// - Throws: ``CommandFailure`` naming all that is wrong.
    static func find(_ folder: DataFolder) throws -> PlatformAccess {
        let given: PlatformAccess
        do throws(ConfigurationError) {
            given = try PlatformAccess.load(from: .ofProcess(ignoring: foreignVariables)).value
        } catch {
            throw CommandFailure(what: "the environment is wrong", cause: "\(error)", status: 2)
        }
        if given.migrator != nil || given.superuser != nil || given.gateway != nil { return given }
        guard folder.exists else {
            throw CommandFailure(
                what: "there is no installation in \(folder.path)",
                next: "sextant up --data \(folder.path)"
            )
        }
        guard try folder.database.running() != nil else {
            throw CommandFailure(
                what: "the database does not run",
                next: "sextant up --data \(folder.path)"
            )
        }
        return try PlatformAccess(folder)
    }

    /// By the data folder.
    init(_ folder: DataFolder) throws {
        func login(_ user: String) -> Secret {
            Secret(PrivateDatabase.connectionString(user, in: folder))
        }
        superuser = login("postgres")
        migrator = login("migrator")
        gateway = login("svc_gateway")
        peppers = Secret(try InstallationKeys(folder).ring(InstallationKeys.pepper).reveal())
        environment = Installation.keyEnvironment
        passwords = nil
    }
}

/// The platform's database, as those who administer it use it; to be closed.
final class PlatformSession: Sendable {
    let access: PlatformAccess
    let group: EventLoopGroup
    let blocking: WorkerPool
    private let open = Locked<[@Sendable () async -> Void]>([])

    /// Loops and threads; nothing is asked yet.
    init(_ access: PlatformAccess) throws(SystemError) {
        self.access = access
        group = try EventLoopGroup(count: 1)
        blocking = try WorkerPool(name: "blocking", threads: 2, maximumQueued: 64)
    }

    /// Does something with a session, and ends it however that goes.
    ///
    /// - Parameters:
    ///   - folder: of the installation.
    ///   - body: what is done.
    /// - Returns: what it returns.
    /// - Throws: what it throws, in words for whoever gave the command.
    static func with<Result>(
        _ folder: DataFolder,
        _ body: (PlatformSession) async throws -> Result
    ) async throws -> Result {
        let session = try PlatformSession(try PlatformAccess.find(folder))
        do {
            let result = try await body(session)
            await session.close()
            return result
        } catch {
            await session.close()
            throw Self.failure(error, folder)
        }
    }

    private static func failure(_ error: any Error, _ folder: DataFolder) -> any Error {
        switch error {
        case let error as PostgresError where error.isRetriable || error.kind == .loginRefused:
            CommandFailure(
                what: "the database cannot be reached",
                cause: "\(error)",
                next: "sextant up --data \(folder.path)"
            )
        case let error as PostgresError:
            CommandFailure(what: "the database refuses", cause: "\(error)", next: "sextant doctor")
        case let error as SchemaError:
            CommandFailure(what: "\(error)")
        default: error
        }
    }

    private func close() async {
        let closing = open.withLock { open in
            defer { open = [] }
            return open
        }
        for close in closing { await close() }
        group.stop()
        blocking.stop()
    }

    /// When what begins now must be done.
    var deadline: ContinuousClock.Instant { .now.advanced(by: .seconds(60)) }

    // MARK: What is used

    private static func needed(_ secret: Secret?, _ key: String) throws -> PostgresDSN {
        guard let secret else {
            throw CommandFailure(
                what: "this takes a login that is not given",
                cause: "SEXTANT_\(key) is not set",
                status: 2
            )
        }
        return try PostgresDSN(secret.revealed)
    }

    /// The database as a superuser.
    var superuser: PostgresDSN {
        get throws { try Self.needed(access.superuser, "SUPERUSER_DSN") }
    }

    /// The database with the login of a service: of the same server as the gateway's.
    func service(_ name: String) throws -> PostgresDSN {
        try Self.needed(access.gateway, "GATEWAY_DSN").with("user", "svc_\(name)")
    }

    /// Brings schemas up to date.
    ///
    /// - Parameter patience: how long a transaction may take, and a server be waited for.
    /// - Returns: a migrator that is closed with the session.
    /// - Throws: ``CommandFailure`` if its login is not given.
    func migrator(patience: Duration = .seconds(60)) throws -> Migrator {
        var limits = Migrator.Limits()
        limits.transaction = patience
        let migrator = Migrator(
            try Self.needed(access.migrator, "MIGRATOR_DSN"),
            group: group,
            blocking: blocking,
            plan: try Release.migrations(),
            limits: limits
        )
        open.withLock { $0.append { await migrator.close() } }
        return migrator
    }

    /// Makes and ends tenants.
    func administration() throws -> TenantAdministration {
        TenantAdministration(try migrator(), by: try Self.actor)
    }

    /// The databases of a service's login.
    func database(_ login: PostgresDSN) throws -> TenantDatabase {
        let database = try TenantDatabase(
            login,
            group: group,
            blocking: blocking,
            registry: MetricRegistry(),
            logger: Logger(service: "sextant", version: "", level: .error, sink: NoLog())
        )
        open.withLock { $0.append { await database.close() } }
        return database
    }

    /// Makes and ends API keys.
    func keys() throws -> APIKeyStore {
        guard let peppers = access.peppers,
            let environment = APIKeyEnvironment(access.environment)
        else {
            throw CommandFailure(
                what: "API keys need what they are hashed with",
                cause: "SEXTANT_KEY_PEPPERS is not set, or SEXTANT_KEY_ENVIRONMENT is no name",
                status: 2
            )
        }
        let ring = try KeyRing<SecretBytes>(text: peppers.revealed)
        return APIKeyStore(
            try database(try Self.needed(access.gateway, "GATEWAY_DSN")),
            peppers: try ring.map { secret throws(CryptoError) in AuthenticationKey(secret) },
            environment: environment
        )
    }

    /// Who stands in the audit log: whoever gave the command, by the system's name.
    static var actor: Actor {
        get throws {
            if let name = Account.current?.name, let actor = Actor(.user, name) { return actor }
            guard let nobody = Actor(.user, "operator") else {
                throw CommandFailure(what: "nobody can stand in the audit log")
            }
            return nobody
        }
    }

    /// The tenant of a slug.
    ///
    /// - Throws: ``CommandFailure`` if there is none.
    func tenant(_ text: String?) async throws -> TenantRecord {
        let slug = try Self.slug(text)
        guard let tenant = try await administration().tenant(named: slug.text) else {
            throw CommandFailure(what: "there is no tenant \(slug)", next: "sextant tenant list")
        }
        return tenant
    }

    /// The tenants that are active or suspended, in the order of their ids.
    func tenants() async throws -> [TenantRecord] {
        let administration = try administration()
        var tenants: [TenantRecord] = []
        while true {
            let page = try await administration.tenants(
                after: tenants.last?.id,
                limit: Self.pageCount
            )
            tenants += page
            if page.count < Self.pageCount { return tenants }
        }
    }

    /// The keys that may act for a tenant, in the order of their ids.
    func keys(of tenant: TenantID) async throws -> [APIKeyStore.GrantedKey] {
        let store = try keys()
        var found: [APIKeyStore.GrantedKey] = []
        while true {
            let page = try await store.keys(
                of: tenant,
                after: found.last?.record.id,
                limit: Self.pageCount,
                before: deadline
            )
            found += page
            if page.count < Self.pageCount { return found }
        }
    }

    private static let pageCount = 1_000

    /// Reads a slug.
    static func slug(_ text: String?) throws -> TenantSlug {
        do {
            return try TenantSlug(text ?? "")
        } catch {
            throw CommandFailure.usage("'\(text ?? "")' is no slug: \(error)")
        }
    }
}

/// Keeps no log: what goes wrong is told by whoever asked.
private struct NoLog: LogSink {
    func take(_ line: [UInt8]) {}
}
