public import Lifecycle
public import Net
internal import Postgres

/// Where administration is served, and to whom; a section of the process's own configuration.
public struct AdministrationConfiguration: Configurable {
    /// Where operators' calls come in.
    public let address: SocketAddress
    /// The database of the platform with the login `migrator`; nil if this process does not
    /// administer.
    public let migratorDSN: Secret?
    /// The database of the platform with the login of a service, for schedules; nil if they are
    /// left alone.
    ///
    /// The rows are written here, not asked of the service whose schedules they are: one schedule
    /// may have steps of several services, none of which needs to run for it to be changed. Whoever
    /// has the login `migrator` may do more than any service: it gives the process no new power.
    public let jobsDSN: Secret?
    /// The file of the operators' tokens; see ``OperatorTokens``.
    public let operatorsFile: String?

    /// Reads all keys.
    public init(from reader: inout ConfigurationReader) {
        address = reader.value(
            "address",
            .socketAddress,
            defaultText: "127.0.0.1:50061",
            "Where calls of administration come in, by gRPC in plain text; never a public address."
        )
        migratorDSN = reader.optionalSecret(
            "migrator_dsn",
            "The database with the login migrator; without it nothing of administration is served."
        )
        jobsDSN = reader.optionalSecret(
            "jobs_dsn",
            "The database with the login of a service, as svc_ingest; without it schedules are "
                + "refused."
        )
        operatorsFile = reader.optional(
            "operators_file",
            .string(),
            "A file of mode 600 with a name and a token of an operator on each line."
        )
        if migratorDSN != nil, operatorsFile == nil {
            reader.refuse("operators_file", "migrator_dsn is given, and nobody may use it")
        }
        if jobsDSN != nil, migratorDSN == nil {
            reader.refuse("jobs_dsn", "is of no use without migrator_dsn")
        }
        for (key, secret) in [("migrator_dsn", migratorDSN), ("jobs_dsn", jobsDSN)] {
            if let secret, (try? PostgresDSN(secret.revealed)) == nil {
                reader.refuse(key, "is not a connection string")
            }
        }
    }
}
