public import Jobs
public import Schema
public import Tenancy

/// What a process may do for those who administer: each login that it has opens some methods, and
/// what needs one that it has not is refused.
public struct AdministrationLogins: Sendable {
    /// The login `migrator`: tenants and quotas.
    public let migrator: Migrator
    /// The login of the gateway: keys and the audit log.
    public var gateway: Gateway?
    /// The login of a service that does jobs: schedules.
    public var jobs: Jobs?

    /// What needs the login of the gateway.
    public struct Gateway: Sendable {
        /// The keys of the platform.
        public let keys: APIKeyStore
        /// What was done.
        public let audit: AuditLog

        /// What a gateway's database holds.
        public init(keys: APIKeyStore, audit: AuditLog) {
            self.keys = keys
            self.audit = audit
        }
    }

    /// What needs the login of a service that does jobs.
    public struct Jobs: Sendable {
        /// The service's databases, whose directory is kept fresh.
        public let database: TenantDatabase
        /// Its queue.
        public let queue: JobQueue

        /// What a service's databases hold.
        public init(_ database: TenantDatabase, _ queue: JobQueue) {
            self.database = database
            self.queue = queue
        }
    }

    /// What a process with the login `migrator` may do.
    ///
    /// - Parameters:
    ///   - migrator: has brought the platform up to date.
    ///   - gateway: what needs the login of the gateway; nil without.
    ///   - jobs: what needs the login of a service; nil without.
    public init(_ migrator: Migrator, gateway: Gateway? = nil, jobs: Jobs? = nil) {
        self.migrator = migrator
        self.gateway = gateway
        self.jobs = jobs
    }
}
