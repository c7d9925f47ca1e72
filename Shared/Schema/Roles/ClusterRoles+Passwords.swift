public import Net
@_spi(PostgresSessions) public import Postgres

extension ClusterRoles {
    /// The logins that a password may be set for.
    public static let logins = ["migrator"] + services.map { "svc_" + $0 }

    /// Sets the passwords of logins, for servers that are reached by a network.
    ///
    /// - Parameters:
    ///   - passwords: by login, those of ``logins``; the server keeps what SCRAM needs of them.
    ///   - dsn: the database, as a superuser.
    ///   - group: the loops.
    ///   - blocking: where names are looked up.
    ///   - deadline: when it must be done.
    /// - Throws: `PostgresError`.
    public static func setPasswords(
        _ passwords: [String: String],
        at dsn: PostgresDSN,
        group: EventLoopGroup,
        blocking: WorkerPool,
        before deadline: ContinuousClock.Instant
    ) async throws(PostgresError) {
        var batch = Batch()
        for (login, password) in passwords.sorted(by: { $0.key < $1.key })
        where logins.contains(login) {
            batch.append(takePassword, login, password)
            batch.append(setPassword)
        }
        try await run(batch, at: dsn, group: group, blocking: blocking, before: deadline)
    }

    /// A password travels as a value, and stands in no statement that the server might log.
    private static let takePassword = Statement(
        "schema.take_password",
        """
        select set_config('sextant.login', $1, true), set_config('sextant.password', $2, true)
        """
    )

    private static let setPassword = Statement(
        "schema.set_password",
        """
        do $password$
        begin
            execute format(
                'alter role %I password %L', current_setting('sextant.login'),
                current_setting('sextant.password')
            );
            perform set_config('sextant.password', '', true);
        end
        $password$
        """
    )
}
