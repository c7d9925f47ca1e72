internal import Crypto
internal import Postgres
internal import Wire

/// What became of a row that was written with others.
enum EventFate: Sendable {
    case new, known
    /// It is of a person who was forgotten.
    case refused
}

/// Rows that are written together: those of one tenant, of one call or of several.
struct EventGroup: Sendable {
    /// The rows in the order of their keys, each key and each id once.
    let rows: [EventRow]
    /// What the group is called, so that it can be found out whether it was committed.
    let token: PostgresUUID
    /// Whom it was held to: it is written only while nobody else is forgotten.
    let forgotten: Forgotten

    private let requests: [[EventRow]]
    /// For each row, its request and its place there.
    private let places: [(request: Int, row: Int)]
    private let refused: [(request: Int, row: Int)]

    /// Puts the rows of requests together.
    ///
    /// - Parameters:
    ///   - requests: the rows of each.
    ///   - forgotten: whose rows are left out.
    init(_ requests: [[EventRow]], without forgotten: Forgotten = .nobody) {
        self.requests = requests
        self.forgotten = forgotten
        var ids: Set<PostgresUUID> = []
        var keys: Set<PostgresUUID> = []
        var places: [(request: Int, row: Int)] = []
        var refused: [(request: Int, row: Int)] = []
        for (request, rows) in requests.enumerated() {
            for (index, row) in rows.enumerated() {
                if forgotten.refuses(row) {
                    refused.append((request, index))
                    continue
                }
                // The first of those with one id is the one; then the first with one key.
                if let digest = row.digest, !ids.insert(digest).inserted { continue }
                guard keys.insert(row.key).inserted else { continue }
                places.append((request, index))
            }
        }
        places.sort { requests[$0.request][$0.row].key < requests[$1.request][$1.row].key }
        self.places = places
        self.refused = refused
        rows = places.map { requests[$0.request][$0.row] }
        token = .random()
    }

    /// The pairs of ids that turned out to be one's, each once; without ``edgesIfNew``.
    var edges: [(edge: IdentityEdge, occurredAt: PostgresTimestamp)] {
        var first: [IdentityEdge: PostgresTimestamp] = [:]
        for row in rows where !forgotten.names(row) {
            for edge in row.edges {
                first[edge] = min(first[edge] ?? row.occurredAt, row.occurredAt)
            }
        }
        return first.map { ($0.key, $0.value) }
    }

    /// The version of the conversion definitions that all rows were decided by.
    ///
    /// The group is written only while it is in force. 0, which never is, if they were decided by
    /// several; nil if there are none.
    var definitions: Int64? {
        guard let first = rows.first?.definitions else { return nil }
        return rows.allSatisfy { $0.definitions == first } ? first : 0
    }

    /// The pairs of rows that come after their person was forgotten: an event that was stored
    /// before, and is sent again, may not join ids anew.
    var edgesIfNew: [(edge: IdentityEdge, key: PostgresUUID, occurredAt: PostgresTimestamp)] {
        rows.filter(forgotten.names).flatMap { row in
            row.edges.map { ($0, row.key, row.occurredAt) }
        }
    }

    /// What became of the rows of each request.
    ///
    /// - Parameter known: the places, in ``rows``, of those that were stored before.
    /// - Returns: for each request what became of each of its rows.
    func outcomes(_ known: [Int]) -> [[EventFate]] {
        var fates = requests.map { [EventFate](repeating: .known, count: $0.count) }
        for place in places { fates[place.request][place.row] = .new }
        for index in known { fates[places[index].request][places[index].row] = .known }
        for place in refused { fates[place.request][place.row] = .refused }
        return fates
    }
}
