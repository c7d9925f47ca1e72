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
    /// Where each row is.
    private let places: [Place]
    private let refused: [Place]

    /// Where a row is: which request's, and which of those.
    private struct Place: Comparable {
        let key: PostgresUUID
        let request: Int
        let row: Int

        /// By keys; of one key, as they came.
        static func < (left: Place, right: Place) -> Bool {
            if left.key != right.key { return left.key < right.key }
            return (left.request, left.row) < (right.request, right.row)
        }
    }

    /// Puts the rows of requests together.
    ///
    /// - Parameters:
    ///   - requests: the rows of each.
    ///   - forgotten: whose rows are left out.
    init(_ requests: [[EventRow]], without forgotten: Forgotten = .nobody) {
        self.requests = requests
        self.forgotten = forgotten
        var ids: Set<PostgresUUID> = []
        var places: [Place] = []
        places.reserveCapacity(requests.reduce(0) { $0 + $1.count })
        var refused: [Place] = []
        for (request, rows) in requests.enumerated() {
            for index in rows.indices {
                let place = Place(key: rows[index].content.key, request: request, row: index)
                if forgotten.refuses(rows[index]) {
                    refused.append(place)
                    continue
                }
                // The first of those with one id is the one; then the first with one key.
                if let digest = rows[index].content.digest, !ids.insert(digest).inserted {
                    continue
                }
                places.append(place)
            }
        }
        var ordered: [Place] = []
        ordered.reserveCapacity(places.count)
        for place in places.sorted() where place.key != ordered.last?.key { ordered.append(place) }
        self.places = ordered
        self.refused = refused
        rows = ordered.map { requests[$0.request][$0.row] }
        token = .random()
    }

    /// The pairs of ids that turned out to be one's, each once; without ``edgesIfNew``.
    var edges: [(edge: IdentityEdge, occurredAt: PostgresTimestamp)] {
        var first: [IdentityEdge: PostgresTimestamp] = [:]
        for row in rows where !row.content.edges.isEmpty && !forgotten.names(row) {
            let occurredAt = row.content.occurredAt
            for edge in row.content.edges {
                first[edge] = min(first[edge] ?? occurredAt, occurredAt)
            }
        }
        return first.map { ($0.key, $0.value) }
    }

    /// The version of the conversion definitions that all rows were decided by.
    ///
    /// The group is written only while it is in force. 0, which never is, if they were decided by
    /// several; nil if there are none.
    var definitions: Int64? {
        guard let first = rows.first?.content.definitions else { return nil }
        return rows.allSatisfy { $0.content.definitions == first } ? first : 0
    }

    /// The oldest version of the rules that rows were mapped by; nil if none was.
    var rules: Int64? { rows.compactMap(\.content.rulesVersion).min() }

    /// The pairs of rows that come after their person was forgotten: an event that was stored
    /// before, and is sent again, may not join ids anew.
    var edgesIfNew: [(edge: IdentityEdge, key: PostgresUUID, occurredAt: PostgresTimestamp)] {
        rows.filter(forgotten.names).flatMap { row in
            row.content.edges.map { ($0, row.content.key, row.content.occurredAt) }
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
