internal import Crypto
internal import Postgres
internal import Wire

/// Makes keys of events of a tenant, whose ids they do not tell.
///
/// Keys of one time lie together, which costs the table's index a sixth of what ids by chance do.
struct EventKeys: Sendable {
    private let hash: SipHash

    /// Keys by a tenant's secret.
    init(_ hash: SipHash) { self.hash = hash }

    /// The key of an event: 48 bits of a time, 74 of its id's hash, as a UUID of version 8.
    ///
    /// Source: RFC 9562, section 5.8.
    ///
    /// - Parameters:
    ///   - id: the event's.
    ///   - milliseconds: when it happened, since 1970, as it was first told.
    /// - Returns: the same for the same.
    func key(_ id: String, at milliseconds: Int64) -> PostgresUUID {
        let (first, second) = hash.hash(id.utf8Span.span.asRawSpan)
        return PostgresUUID(
            high: UInt64(truncatingIfNeeded: milliseconds) << 16 | 8 << 12 | first >> 52,
            low: 2 << 62 | second >> 2
        )
    }

    /// What an id is remembered by, whenever its event happened: also that of a person.
    func digest(_ id: String) -> PostgresUUID {
        let (first, second) = hash.hash(id.utf8Span.span.asRawSpan)
        return PostgresUUID(high: first, low: second)
    }

    /// The last ten bytes of the keys that an id has, whenever its event happened.
    func suffix(_ id: String) -> SharedBytes {
        SharedBytes(Array(key(id, at: 0).bytes.suffix(10)))
    }
}

extension PostgresUUID {
    /// The sixteen bytes, as the server orders them.
    var bytes: [UInt8] {
        [high, low].flatMap { half in
            (0..<8).map { UInt8(truncatingIfNeeded: half >> UInt64(56 - 8 * $0)) }
        }
    }

    /// Takes ``bytes``; nil for another number of them.
    init?(bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        self.init(
            high: bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) },
            low: bytes[8...].reduce(0) { $0 << 8 | UInt64($1) }
        )
    }
}
