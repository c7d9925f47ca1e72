internal import Messages
internal import Postgres
internal import RPC
internal import Wire

/// What of an event says whether it is a conversion, and which.
struct ConversionFacts: Sendable {
    let kind: Int16
    let name: String?
    let value: PostgresDecimal?
    let currency: String?
    let orderID: String?
    let source: String?
    let medium: String?
    let campaign: String?
    let geo: String?
    let origin: String
    /// What has no column of its own, encoded.
    let rest: SharedBytes?

    /// Its properties.
    ///
    /// - Returns: none if it has none.
    /// - Throws: DATA_LOSS if they are not as they were written.
    func properties() throws(RPCError) -> GoogleProtobuf.Struct {
        guard let rest else { return GoogleProtobuf.Struct() }
        do {
            let text = try IngestV1.Event(decoding: rest.bytes).properties
            return text.isEmpty ? GoogleProtobuf.Struct() : try GoogleProtobuf.Struct(json: text)
        } catch {
            throw RPCError(
                .dataLoss,
                "stored data is damaged",
                logMessage: "the properties of an event: \(error)"
            )
        }
    }
}

extension ConversionFacts {
    /// The facts of a row that is to be stored.
    init(_ row: EventContent) {
        self.init(
            kind: row.kind,
            name: row.name,
            value: row.value,
            currency: row.currency,
            orderID: row.orderID,
            source: row.source,
            medium: row.medium,
            campaign: row.campaign,
            geo: row.geo,
            origin: row.origin,
            rest: row.rest
        )
    }

    /// Reads kind, name, value, currency, order, source, medium, campaign, geo, origin and rest.
    ///
    /// - Parameters:
    ///   - row: the row.
    ///   - start: where the first of them stands.
    /// - Throws: `PostgresError` if the row has others.
    init(_ row: Row, from start: Int) throws(PostgresError) {
        kind = try row.read(Int16.self, at: start)
        name = try row.read(String?.self, at: start + 1)
        value = try row.read(PostgresDecimal?.self, at: start + 2)
        currency = try row.read(String?.self, at: start + 3)
        orderID = try row.read(String?.self, at: start + 4)
        source = try row.read(String?.self, at: start + 5)
        medium = try row.read(String?.self, at: start + 6)
        campaign = try row.read(String?.self, at: start + 7)
        geo = try row.read(String?.self, at: start + 8)
        origin = try row.read(String.self, at: start + 9)
        rest = try row.read(SharedBytes?.self, at: start + 10)
    }
}

/// A place of an event where a definition looks: a field of its own, or a property.
struct ConversionField: Hashable, Sendable {
    /// As it is written.
    let text: String
    private let path: [String]?

    private static let mostBytes = 200
    private static let mostNames = 8

    /// Reads a place; nil if it is none of those.
    ///
    /// - Parameters:
    ///   - text: as it is written.
    ///   - own: the fields of its own that may be looked at.
    init?(_ text: String, among own: [String]) {
        self.text = text
        if own.contains(text) {
            path = nil
            return
        }
        let names = text.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
        guard text.utf8.count <= Self.mostBytes, names.first == "properties",
            (2...Self.mostNames).contains(names.count), !names.contains("")
        else { return nil }
        path = Array(names.dropFirst())
    }

    /// Whether it is a property.
    var isProperty: Bool { path != nil }

    /// What stands there; empty if nothing does.
    ///
    /// - Parameters:
    ///   - facts: the event's.
    ///   - properties: also its own.
    /// - Returns: the text, or a number or a truth as a text.
    func text(of facts: ConversionFacts, _ properties: GoogleProtobuf.Struct) -> String {
        if let path { return Self.text(at: path[...], of: properties) }
        return switch text {
        case "value": facts.value?.description ?? ""
        case "currency": facts.currency ?? ""
        case "order_id": facts.orderID ?? ""
        case "source": facts.source ?? ""
        case "medium": facts.medium ?? ""
        case "campaign": facts.campaign ?? ""
        case "geo": facts.geo ?? ""
        default: facts.origin
        }
    }

    private static func text(
        at path: ArraySlice<String>,
        of object: GoogleProtobuf.Struct
    ) -> String {
        guard let name = path.first else { return "" }
        if path.count > 1 { return text(at: path.dropFirst(), of: object.object(name)) }
        if case .boolValue(let value)? = object.fields[name]?.kind {
            return value ? "true" : "false"
        }
        return object.textOrNumber(name)
    }
}
