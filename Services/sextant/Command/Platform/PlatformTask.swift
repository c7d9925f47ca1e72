internal import Schema
internal import Telemetry
internal import Tenancy

/// What is done for the whole platform from time to time.
enum PlatformTask: String, CaseIterable {
    case migrate
    case audit
    case pruneAnswers = "prune-answers"

    /// What it does, in a sentence.
    var summary: String {
        switch self {
        case .migrate: "Brings all schemas up to date."
        case .audit: "Looks whether rights keep tenants apart as they should."
        case .pruneAnswers: "Deletes answers to idempotent requests that are no longer kept."
        }
    }

    /// Does it.
    ///
    /// - Parameter session: reaches the platform's database.
    /// - Returns: what was done, in words.
    /// - Throws: what keeps it from being done.
    func run(_ session: PlatformSession) async throws -> String {
        switch self {
        case .migrate:
            return try await MigrationSummary(session).text
        case .audit:
            let audit = TenantAudit(try session.migrator())
            let faults = try await audit.faults()
            let deviants = try await audit.deviants().map { "\($0)" }
            guard faults.isEmpty, deviants.isEmpty else {
                throw CommandFailure(
                    what: "tenants are not kept apart as they should be",
                    log: Array((faults + deviants).prefix(15))
                )
            }
            return "rights are as they should be"
        case .pruneAnswers: return try await Self.pruneAnswers(session)
        }
    }

    private static func pruneAnswers(_ session: PlatformSession) async throws -> String {
        var count = 0
        let database = try session.database(try session.service("ingest"))
        try await database.directory.refresh()
        for tenant in try await session.tenants() where tenant.state == .active {
            let context = TenantContext(
                tenant: tenant.id,
                actor: try PlatformSession.actor,
                scopes: .none
            )
            let scope = try database.scope(for: context, before: session.deadline)
            count += try await scope.pruneAnswers(at: .now)
        }
        return "\(count) answers deleted"
    }
}
