/// How many connections a pool has, and for how long.
public struct PostgresPoolConfiguration: Sendable {
    /// The most connections on each loop, at least 1; those being made count.
    public var maximumConnections = 4
    /// How many may wait for a connection on each loop; more are refused at once.
    public var maximumWaiting = 1_024
    /// How many short reads and writes may be on their way on one connection, at least 1.
    public var maximumPipelined = 16
    /// How long an attempt to connect may take.
    public var connectTimeout: Duration = .seconds(5)
    /// How long after a failed attempt the next one is made; doubled each time, up to
    /// ``longestRetryDelay``.
    public var retryDelay: Duration = .milliseconds(50)
    /// The longest pause between attempts to connect.
    public var longestRetryDelay: Duration = .seconds(1)
    /// How many tenants a connection may have served before another takes its place: the server
    /// keeps memory for each in the process behind a connection, and gives it back only at the end.
    public var maximumTenants = 200
    /// How old a connection gets.
    public var maximumAge: Duration = .seconds(30 * 60)
    /// How much memory the process behind a connection may have, in bytes; looked at where the
    /// login may, which takes the role `pg_read_all_stats`.
    public var maximumBackendBytes = 64 << 20
    /// After how many further tenants that memory is looked at.
    public var tenantsPerMemoryCheck = 50
    /// How long a connection is kept that nobody uses.
    public var maximumIdle: Duration = .seconds(5 * 60)
    /// How many statements each connection keeps on the server.
    public var keptStatements = 512
    /// How long a statement that nobody waits for any more may run on, after the server was told to
    /// end it, before its connection is closed.
    public var recoveryTimeout: Duration = .seconds(2)

    /// The defaults.
    public init() {}
}

/// What a pool holds and has done, on all its loops.
public struct PostgresPoolStatistics: Sendable, Hashable {
    /// Connections that stand.
    public var connections = 0
    /// Connections that one transaction has to itself.
    public var leased = 0
    /// Connections being made.
    public var connecting = 0
    /// Short reads and writes on their way.
    public var inFlight = 0
    /// Callers that wait for a connection.
    public var waiting = 0
    /// Connections that have been made.
    public var opened = 0
    /// Connections that have been closed because of their age, their tenants or their memory.
    public var recycled = 0
    /// Connections that have been lost.
    public var lost = 0
    /// Connections that came back from a transaction other than they were, and were closed.
    public var dirty = 0

    static func + (left: Self, right: Self) -> Self {
        var sum = left
        sum.connections += right.connections
        sum.leased += right.leased
        sum.connecting += right.connecting
        sum.inFlight += right.inFlight
        sum.waiting += right.waiting
        sum.opened += right.opened
        sum.recycled += right.recycled
        sum.lost += right.lost
        sum.dirty += right.dirty
        return sum
    }
}
