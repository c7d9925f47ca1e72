internal import Postgres
internal import Telemetry

/// Notes statements of a tenant's scope that the server refused for want of rights: our own code
/// has named what is not the tenant's.
struct ScopeMisuse: Sendable {
    private let logger: Logger
    private let count: Counter

    init(registry: MetricRegistry, logger: Logger) {
        self.logger = logger
        count = registry.counter(
            "tenant_scope_denials_total",
            help: "Statements for a tenant that the database refused for want of rights."
        )
    }

    /// Notes an error, if it is such a one.
    func note(_ error: PostgresError, of context: TenantContext) {
        guard error.sqlState == .insufficientPrivilege else { return }
        count.increment()
        var fields = LogFields()
        fields.tenant = context.tenant.text
        fields["actor"] = .string("\(context.actor)")
        fields["cause"] = .string("\(error)")
        logger.error("tenant scope denied", fields)
    }
}
