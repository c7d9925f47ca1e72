/// The statements that one session keeps on the server.
///
/// A statement is kept for each schema that it is used in: PostgreSQL looks up its names in the
/// `search_path` of the moment it is parsed, and analyses it anew, correctly but at a cost,
/// whenever it is run under another. The role plays no part: rights are checked at each execution.
struct StatementCache {
    /// A statement on the server.
    final class Kept {
        /// Its name there, with a NUL.
        let name: [CChar]
        /// What the types of its values were when it was parsed.
        let types: [PostgresType]
        /// The group of statements that makes it; nil once the server has said that it did.
        var maker: ObjectIdentifier?
        fileprivate let key: Key
        fileprivate var lastUse: UInt64 = 0

        fileprivate init(number: UInt64, types: [PostgresType], key: Key, maker: ObjectIdentifier) {
            name = "s\(number)".utf8CString.map { $0 }
            self.types = types
            self.key = key
            self.maker = maker
        }
    }

    /// How a statement is to be sent.
    enum Form {
        /// It is kept.
        case kept(Kept)
        /// It is to be kept first.
        case new(Kept)
        /// By itself: it is about to be kept by others, who may fail, or its values have other
        /// types than before.
        case once
    }

    /// Literals never move or end: their place is their identity.
    fileprivate struct Key: Hashable {
        let sql: UInt
        let schema: String
    }

    private var kept: [Key: Kept] = [:]
    private let limit: Int
    private var uses: UInt64 = 0
    private var made: UInt64 = 0
    /// The names of those that are not used any more and still on the server.
    private(set) var retired: [[CChar]] = []

    /// Makes an empty cache.
    ///
    /// - Parameter limit: how many statements are kept, at least 1; the one used longest ago goes.
    init(limit: Int) { self.limit = limit }

    var count: Int { kept.count }

    /// How a statement is to be sent, in a schema, with values of certain types, by a flight.
    mutating func form(
        of statement: Statement,
        in schema: String,
        _ fields: ArraySlice<BoundField>,
        by flight: ObjectIdentifier
    ) -> Form {
        let key = Key(sql: unsafe UInt(bitPattern: statement.sql.utf8Start), schema: schema)
        uses += 1
        if let known = kept[key] {
            let isUsable = known.maker == nil || known.maker == flight
            guard isUsable, known.types.elementsEqual(fields.lazy.map(\.type)) else { return .once }
            known.lastUse = uses
            return .kept(known)
        }
        if kept.count >= limit { evict() }
        guard kept.count < limit else { return .once }
        made += 1
        let new = Kept(number: made, types: fields.map(\.type), key: key, maker: flight)
        new.lastUse = uses
        kept[key] = new
        return .new(new)
    }

    /// Notes that the server has made a statement.
    func noteMade(_ statement: Kept) { statement.maker = nil }

    /// Forgets a statement that the server has not made, or has lost.
    mutating func forget(_ statement: Kept) {
        if kept[statement.key] === statement { kept[statement.key] = nil }
    }

    /// Gives up a statement that may still be on the server.
    mutating func retire(_ statement: Kept) {
        forget(statement)
        retired.append(statement.name)
    }

    /// Takes the names of the statements that the server is to forget.
    mutating func takeRetired() -> [[CChar]] {
        let names = retired
        retired = []
        return names
    }

    private mutating func evict() {
        let oldest = kept.values.lazy.filter { $0.maker == nil }.min { $0.lastUse < $1.lastUse }
        if let oldest { retire(oldest) }
    }
}
