internal import Crypto
public import Lifecycle
public import Postgres

/// What every service that has tenants is told of the platform: its database, and the keys of the
/// contexts that calls carry.
public struct PlatformConfiguration: Configurable {
    private let connectionString: Secret
    private let keyText: Secret
    private let connections: Int

    /// Reads all keys.
    public init(from reader: inout ConfigurationReader) {
        connectionString = reader.secret(
            "postgres_dsn",
            "The platform's database and the service's login, as libpq's keywords or a URI."
        )
        connections = reader.value(
            "postgres_connections",
            .integer(in: 1...64),
            default: 4,
            "The most connections of each thread that serves calls to each database."
        )
        keyText = reader.secret(
            "context_keys",
            "The keys of tenants' contexts: lines of `issuer audience number:key`, as "
                + "`sextant secrets` writes them."
        )
        // What is missing has been told already.
        if !connectionString.revealed.isEmpty, (try? dsn) == nil {
            reader.refuse("postgres_dsn", "is not a connection string")
        }
        if !keyText.revealed.isEmpty {
            do {
                _ = try contextKeys
            } catch {
                reader.refuse("context_keys", "\(error)")
            }
        }
    }

    /// How many connections there may be.
    public var pools: PostgresPoolConfiguration {
        var pools = PostgresPoolConfiguration()
        pools.maximumConnections = connections
        return pools
    }

    /// The platform's database, with the login of the service.
    ///
    /// - Throws: nothing once the configuration was loaded.
    public var dsn: PostgresDSN {
        get throws(PostgresError) { try PostgresDSN(connectionString.revealed) }
    }

    /// By what calls of others are verified, and calls of others signed.
    ///
    /// - Throws: nothing once the configuration was loaded.
    public var contextKeys: ContextKeyBundle {
        get throws(CryptoError) { try ContextKeyBundle(text: keyText.revealed) }
    }
}
