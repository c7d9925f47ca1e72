internal import Crypto
internal import Postgres
internal import Wire

/// Rows that are written together: those of one tenant, of one call or of several.
struct EventGroup: Sendable {
    /// The rows in the order of their keys, each key and each id once.
    let rows: [EventRow]
    /// What the group is called, so that it can be found out whether it was committed.
    let token: PostgresUUID

    private let requests: [[EventRow]]
    /// For each row, its request and its place there.
    private let places: [(request: Int, row: Int)]

    /// Puts the rows of requests together.
    ///
    /// - Parameter requests: the rows of each.
    init(_ requests: [[EventRow]]) {
        self.requests = requests
        var ids: Set<PostgresUUID> = []
        var keys: Set<PostgresUUID> = []
        var places: [(request: Int, row: Int)] = []
        for (request, rows) in requests.enumerated() {
            for (index, row) in rows.enumerated() {
                // The first of those with one id is the one; then the first with one key.
                if let digest = row.digest, !ids.insert(digest).inserted { continue }
                guard keys.insert(row.key).inserted else { continue }
                places.append((request, index))
            }
        }
        places.sort { requests[$0.request][$0.row].key < requests[$1.request][$1.row].key }
        self.places = places
        rows = places.map { requests[$0.request][$0.row] }
        var random = SystemRandomNumberGenerator()
        token = PostgresUUID(high: random.next(), low: random.next())
    }

    /// The pairs of ids that turned out to be one's, each once.
    var edges: [(edge: IdentityEdge, occurredAt: PostgresTimestamp)] {
        var first: [IdentityEdge: PostgresTimestamp] = [:]
        for row in rows {
            for edge in row.edges {
                first[edge] = min(first[edge] ?? row.occurredAt, row.occurredAt)
            }
        }
        return first.map { ($0.key, $0.value) }
    }

    /// What became of the rows of each request.
    ///
    /// - Parameter known: the places, in ``rows``, of those that were stored before.
    /// - Returns: for each request whether each of its rows is new.
    func outcomes(_ known: [Int]) -> [[Bool]] {
        var isNew = requests.map { [Bool](repeating: false, count: $0.count) }
        for place in places { isNew[place.request][place.row] = true }
        for index in known { isNew[places[index].request][places[index].row] = false }
        return isNew
    }
}
