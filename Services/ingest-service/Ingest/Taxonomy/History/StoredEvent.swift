internal import Messages
internal import Postgres
internal import RPC
internal import Taxonomy
internal import Wire

/// What is stored of an event that says how its visitor came, and what rules have made of it.
struct StoredEvent: Sendable {
    let kind: IngestV1.Event.Kind
    /// The number of its channel; nil if it has none.
    let channel: Int32?
    /// Which rules have found the channel; nil if the sender named it, or nothing is known.
    let rulesVersion: Int64?
    let confidence: Float?
    let traffic: Traffic
    /// What has no column of its own, encoded.
    let rest: SharedBytes?

    /// Where a visitor came from, as it was concluded: for people, so its texts are cut.
    struct Traffic: Hashable, Sendable {
        let source: String
        let medium: String
        let campaign: String

        init(source: String, medium: String, campaign: String) {
            self.source = String(source.prefix(100))
            self.medium = String(medium.prefix(100))
            self.campaign = String(campaign.prefix(100))
        }
    }

    /// Whether it is a touch by its evidence; ``Statement/countTouches`` says the same.
    var isTouch: Bool {
        switch kind {
        case .click, .impression: true
        case .page:
            channel != nil && (rulesVersion == nil || traffic.source != TrafficSource.nowhere)
        default: false
        }
    }

    /// Whether its channel cannot be relied on; ``Statement/countTouches`` says the same.
    var isUnknown: Bool {
        guard channel != nil, let confidence else { return true }
        return Double(confidence) < Confidence.leastKnown
    }

    /// All that is known of its visit; nil if nothing is.
    ///
    /// - Throws: DATA_LOSS if it is not as it was written.
    func clues() throws(RPCError) -> TouchClues? { try TouchClues(rest: rest) }
}

extension StoredEvent {
    /// Reads a row: the columns in the order of the properties.
    init(_ row: Row) throws(PostgresError) {
        kind = IngestV1.Event.Kind(rawValue: Int32(try row.read(Int16.self, at: 0)))
        channel = try row.read(Int32?.self, at: 1)
        rulesVersion = try row.read(Int64?.self, at: 2)
        confidence = try row.read(Float?.self, at: 3)
        traffic = Traffic(
            source: try row.read(String?.self, at: 4) ?? "",
            medium: try row.read(String?.self, at: 5) ?? "",
            campaign: try row.read(String?.self, at: 6) ?? ""
        )
        rest = try row.read(SharedBytes?.self, at: 7)
    }
}

extension TouchClues {
    /// The visit of a stored event; nil if it has none.
    ///
    /// - Parameter rest: what ``EventReader`` keeps of an event that has no column.
    /// - Throws: DATA_LOSS if it is not as it was written.
    init?(rest: SharedBytes?) throws(RPCError) {
        guard let rest else { return nil }
        do {
            guard let visit = try IngestV1.Event(decoding: rest.bytes).visit else { return nil }
            try self.init(visit, at: "visit")
        } catch {
            throw RPCError(
                .dataLoss,
                "stored data is damaged",
                logMessage: "the visit of an event: \(error)"
            )
        }
    }
}

extension IngestV1.TrafficCount {
    init(_ traffic: StoredEvent.Traffic, _ events: Int) {
        self.init()
        source = traffic.source
        medium = traffic.medium
        campaign = traffic.campaign
        self.events = Int64(events)
    }
}
