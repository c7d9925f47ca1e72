internal import Contracts
public import Lifecycle
internal import Messages
public import Tenancy

/// The contracts of administration and what serves them.
///
/// It is served on a listener of its own (``AdministrationListener``), never with the contracts of
/// tenants: whoever reaches it with an operator's token makes and ends tenants.
public enum Administration {
    /// All contracts of administration.
    ///
    /// - Parameters:
    ///   - logins: what the process may do; what needs another login is refused with
    ///     FAILED_PRECONDITION.
    ///   - pages: signs the pages of lists.
    /// - Returns: the contracts, for a server whose guard is an ``OperatorGuard``.
    public static func contracts(
        _ logins: AdministrationLogins,
        pages: PageTokens
    ) -> [ServedContract] {
        let tenants = TenantsService(logins.migrator, pages)
        let keys = ApiKeysService(logins, pages)
        let quotas = QuotasService(logins.migrator)
        let schedules = SchedulesService(logins, pages)
        let audit = AuditService(logins, pages)
        return [
            ServedContract(
                AdminV1.Tenants.schema,
                AdminV1.Tenants.methods(of: tenants),
                files: [AdminV1.tenantsFile]
            ),
            ServedContract(
                AdminV1.ApiKeys.schema,
                AdminV1.ApiKeys.methods(of: keys),
                files: [AdminV1.apiKeysFile]
            ),
            ServedContract(
                AdminV1.Quotas.schema,
                AdminV1.Quotas.methods(of: quotas),
                files: [AdminV1.quotasFile]
            ),
            ServedContract(
                AdminV1.Schedules.schema,
                AdminV1.Schedules.methods(of: schedules),
                files: [AdminV1.schedulesFile, JobsV1.jobsFile]
            ),
            ServedContract(
                AdminV1.Audit.schema,
                AdminV1.Audit.methods(of: audit),
                files: [AdminV1.auditFile]
            ),
        ]
    }
}
