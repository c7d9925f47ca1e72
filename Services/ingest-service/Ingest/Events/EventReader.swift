internal import Messages
internal import Postgres
internal import RPC
internal import Taxonomy
internal import Telemetry
internal import Tenancy
internal import Wire

/// Reads events of a call: holds them to their rules, and finds their channels.
struct EventReader: Sendable {
    private let tenant: TenantKnowledge
    private let origin: String
    private let hasFixedTimes: Bool
    private let now: UTCTimestamp
    private let moment: PostgresTimestamp
    private let visits = VisitMemory()

    /// The most bytes of an event.
    static let largestEvent = 64 << 10
    /// The most bytes of its properties.
    static let largestProperties = 32 << 10
    private static let longestName = 200
    private static let longestAddress = 8 << 10
    /// 1990-01-01.
    private static let earliest: Int64 = 631_152_000_000
    /// How far ahead of ours a clock may be.
    private static let mostAhead: Int64 = 48 * 3_600_000

    /// A reader.
    ///
    /// - Parameters:
    ///   - tenant: what is known of the tenant.
    ///   - origin: where the events come from.
    ///   - hasFixedTimes: whether times belong to what events are known by.
    ///   - now: when they came.
    init(_ tenant: TenantKnowledge, origin: String, hasFixedTimes: Bool, now: UTCTimestamp) {
        self.tenant = tenant
        self.origin = origin
        self.hasFixedTimes = hasFixedTimes
        self.now = now
        moment = PostgresTimestamp(now)
    }

    /// Reads an event.
    ///
    /// - Parameter event: as it came.
    /// - Returns: the row.
    /// - Throws: the first fault that is found.
    func row(_ event: IngestV1.Event) throws(RowFault) -> EventRow {
        try Self.checkTexts(event)
        let (told, occurred) = try times(event)
        let isKnownByTime = hasFixedTimes && event.occurredAt != nil
        var row = EventContent(
            key: tenant.keys.key(event.eventID, at: told),
            digest: isKnownByTime ? nil : tenant.keys.digest(event.eventID),
            kind: Int16(try Self.kind(of: event)),
            occurredAt: occurred,
            receivedAt: moment,
            eventID: event.eventID,
            origin: origin,
            size: Self.size(of: event)
        )
        row.anonymousID = event.anonymousID.presence
        row.userID = event.userID.presence
        row.name = event.name.presence
        row.orderID = event.orderID.presence
        row.geo = event.geo.presence
        try readValue(of: event, to: &row)
        try readChannel(of: event, to: &row)
        row.edges = Self.edges(of: event)
        row.rest = Self.rest(of: event)
        do throws(RPCError) {
            try row.decide(by: tenant.conversions)
        } catch {
            throw RowFault(.unreadable, "properties", error.message)
        }
        return EventRow(row)
    }

    // MARK: Time

    /// When an event happened, as it was told in milliseconds and by our clock.
    private func times(_ event: IngestV1.Event) throws(RowFault) -> (Int64, PostgresTimestamp) {
        guard let message = event.occurredAt else { return (now.milliseconds, moment) }
        guard let told = UTCTimestamp(message)?.milliseconds, told >= Self.earliest else {
            throw RowFault("occurred_at", "expected a time from 1990 on")
        }
        var occurred = told
        if let message = event.sentAt {
            guard let sent = UTCTimestamp(message)?.milliseconds else {
                throw RowFault("sent_at", "expected a time")
            }
            // The client's clock was read twice: what lies between is right even if both are wrong.
            occurred = now.milliseconds - (sent - told)
        }
        guard (Self.earliest...now.milliseconds + Self.mostAhead).contains(occurred),
            told < 1 << 48
        else {
            throw RowFault(
                "occurred_at",
                "expected a time from 1990 to 48 hours ahead, once the clock is corrected"
            )
        }
        return (told, PostgresTimestamp(UTCTimestamp(milliseconds: occurred)))
    }

    // MARK: Fields

    private static func kind(of event: IngestV1.Event) throws(RowFault) -> Int32 {
        switch event.kind {
        case .page, .click, .impression, .conversion, .refund, .exposure: break
        case .identify:
            if event.userID.isEmpty {
                throw RowFault("user_id", "an identify event names the user")
            }
        case .alias:
            if event.previousID.isEmpty || event.userID.isEmpty {
                throw RowFault("previous_id", "an alias names another id, and the user")
            }
        case .custom:
            if event.name.isEmpty { throw RowFault("name", "a custom event has a name") }
        default: throw RowFault("kind", "expected one of the kinds of events")
        }
        return event.kind.rawValue
    }

    private static func checkTexts(_ event: IngestV1.Event) throws(RowFault) {
        try checkName(event.eventID, "event_id", least: 1)
        try checkName(event.anonymousID, "anonymous_id")
        try checkName(event.userID, "user_id")
        try checkName(event.previousID, "previous_id")
        try checkName(event.name, "name")
        try checkName(event.sessionID, "session_id")
        try checkName(event.orderID, "order_id")
        try checkText(event.geo, "geo", 0...64)
        if event.anonymousID.isEmpty && event.userID.isEmpty {
            throw RowFault("anonymous_id", "expected this or user_id: whose event is it?")
        }
        if size(of: event) > largestEvent {
            throw RowFault("", "the event has more than 64 KiB")
        }
        guard event.properties.isEmpty == false else { return }
        try checkText(event.properties, "properties", 0...largestProperties)
        do {
            _ = try GoogleProtobuf.Struct(json: event.properties)
        } catch {
            throw RowFault("properties", "expected an object of JSON: \(error)")
        }
    }

    private static func checkName(
        _ text: String,
        _ field: String,
        least: Int = 0
    ) throws(RowFault) {
        try checkText(text, field, least...longestName)
    }

    private static func checkText(
        _ text: String,
        _ field: String,
        _ sizes: ClosedRange<Int>
    ) throws(RowFault) {
        guard sizes.contains(text.utf8.count) else {
            throw RowFault(field, "expected \(sizes.lowerBound) to \(sizes.upperBound) bytes")
        }
        if text.hasNullCharacter { throw RowFault(field, "text cannot have U+0000") }
    }

    private func readValue(of event: IngestV1.Event, to row: inout EventContent) throws(RowFault) {
        if event.value.isEmpty {
            guard event.currency.isEmpty else {
                throw RowFault("currency", "a currency without a value says nothing")
            }
            return
        }
        row.value = try Money.amount(event.value, field: "value")
        guard TenantSettings.isCurrency(event.currency) else {
            throw RowFault("currency", "expected three capitals as ISO 4217 has them: EUR")
        }
        row.currency = event.currency
    }

    // MARK: Channel

    private func readChannel(of event: IngestV1.Event, to row: inout EventContent) throws(RowFault)
    {
        if let visit = event.visit { try readVisit(visit, of: event, to: &row) }
        guard !event.channel.isEmpty else { return }
        guard let number = tenant.channels[event.channel] else {
            throw RowFault(
                .unknownChannel,
                "channel",
                "there is no channel '\(event.channel.prefix(63))'; make it first"
            )
        }
        row.channel = number
        row.rulesVersion = nil
        row.confidence = 1
    }

    private func readVisit(
        _ visit: IngestV1.Visit,
        of event: IngestV1.Event,
        to row: inout EventContent
    ) throws(RowFault) {
        for (field, text) in [("page_url", visit.pageURL), ("referrer", visit.referrer)] {
            try Self.checkText(text, "visit.\(field)", 0...Self.longestAddress)
        }
        let found = try visits.finding(of: visit) { () throws(RowFault) in try find(visit) }
        row.source = found.source
        row.medium = found.medium
        row.campaign = found.campaign
        row.ad = found.ad
        if event.kind == .page { row.arrival = found.arrival }
        row.channel = found.channel.channel
        row.rulesVersion = tenant.mapper.version
        row.confidence = found.channel.confidence
    }

    private func find(_ visit: IngestV1.Visit) throws(RowFault) -> VisitMemory.Finding {
        let traffic: TrafficSource
        do throws(RPCError) {
            traffic = TrafficSource(try TouchClues(visit, at: "visit"))
        } catch {
            throw RowFault("visit.click_ids", error.message)
        }
        for (field, text) in [
            ("source", traffic.source), ("medium", traffic.medium), ("campaign", traffic.campaign),
            ("content", traffic.content),
        ] {
            try Self.checkText(text, "visit.\(field)", 0...1_000)
        }
        let marks = traffic.clicks + [traffic.referrer]
        return VisitMemory.Finding(
            source: traffic.source.presence,
            medium: traffic.medium.presence,
            campaign: traffic.campaign.presence,
            ad: traffic.content.presence,
            arrival: traffic.clicks.isEmpty && traffic.referrer.isEmpty
                ? nil : tenant.keys.digest(marks.joined(separator: "\n")),
            channel: StoredChannel(traffic, by: tenant.mapper, tenant.channels)
        )
    }

    // MARK: The rest

    /// The ids that an event says are one's.
    private static func edges(of event: IngestV1.Event) -> [IdentityEdge] {
        if event.userID.isEmpty { return [] }
        var others = event.anonymousID.isEmpty ? [] : [PersonID.visitor(event.anonymousID)]
        if event.kind == .alias { others += PersonID.previous(event.previousID) }
        return others.compactMap { IdentityEdge($0, PersonID.user(event.userID)) }
    }

    /// What of an event has no column.
    private static func rest(of event: IngestV1.Event) -> SharedBytes? {
        var rest = IngestV1.Event()
        rest.sentAt = event.sentAt
        rest.previousID = event.previousID
        rest.sessionID = event.sessionID
        rest.visit = event.visit
        rest.properties = event.properties
        let bytes = rest.encoded()
        return bytes.count == 0 ? nil : bytes
    }

    /// About how many bytes an event has.
    private static func size(of event: IngestV1.Event) -> Int {
        var size = 200 + event.eventID.utf8.count + event.properties.utf8.count
        size += event.anonymousID.utf8.count + event.userID.utf8.count + event.name.utf8.count
        guard let visit = event.visit else { return size }
        for text in [
            visit.source, visit.medium, visit.campaign, visit.campaignID, visit.term,
            visit.content, visit.pageURL, visit.referrer,
        ] { size += text.utf8.count }
        return size + visit.clickIDs.reduce(0) { $0 + $1.utf8.count }
    }
}

extension String {
    /// Whether it has U+0000; a loop, for what goes through the views of texts byte by byte took as
    /// long as all other checks of an event.
    fileprivate var hasNullCharacter: Bool {
        let bytes = utf8Span.span
        for place in bytes.indices where bytes[place] == 0 { return true }
        return false
    }
}

extension PostgresTimestamp {
    /// A moment of our clock, which is within all that the server knows.
    fileprivate init(_ time: UTCTimestamp) {
        self =
            PostgresTimestamp(microsecondsSince1970: time.milliseconds * 1_000)
            ?? PostgresTimestamp.range.upperBound
    }
}
