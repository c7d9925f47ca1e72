internal import Crypto
internal import Files
internal import Messages
internal import Wire

/// Makes events of a file's rows.
struct EventLines: Sendable {
    private let clickID: String
    private let currency: String
    private let channels: ImportChannels

    /// For a file.
    ///
    /// - Parameters:
    ///   - plan: how it is read.
    ///   - currency: the tenant's, for amounts that name none.
    ///   - channels: what its channels are called.
    init(_ plan: FilePlan, currency: String, channels: ImportChannels) {
        clickID = plan.columns.first { $0.role == .clickID }?.header.lowercased() ?? ""
        self.currency = plan.format.currency ?? currency
        self.channels = channels
    }

    /// The event of a row.
    ///
    /// - Parameters:
    ///   - row: what was read.
    ///   - microseconds: when it happened, since 1970 in UTC.
    /// - Returns: the event; without an id of its own it has one of its content.
    func event(_ row: FileEvent, at microseconds: Int) -> IngestV1.Event {
        var event = IngestV1.Event()
        event.kind = Self.kind(of: row)
        var time = GoogleProtobuf.Timestamp()
        let (second, rest) = microseconds.quotientAndRemainder(dividingBy: 1_000_000)
        time.seconds = Int64(rest < 0 ? second - 1 : second)
        time.nanos = Int32(rest < 0 ? rest + 1_000_000 : rest) * 1_000
        event.occurredAt = time
        event.anonymousID = row.visitorID ?? ""
        event.userID = row.userID ?? ""
        event.name = row.name
        if event.kind == .custom && row.name.isEmpty { event.name = "event" }
        event.sessionID = row.sessionID ?? ""
        event.orderID = row.orderID ?? ""
        event.channel = row.channel.map { channels.slug(of: $0) } ?? ""
        event.visit = visit(row)
        if let value = row.value {
            event.value = value.description
            event.currency = row.currency ?? currency
        }
        // Last: what a row says is what it is known by.
        event.eventID = row.eventID ?? Self.contentID(of: event)
        return event
    }

    private func visit(_ row: FileEvent) -> IngestV1.Visit? {
        var visit = IngestV1.Visit()
        visit.source = row.source ?? ""
        visit.medium = row.medium ?? ""
        visit.campaign = row.campaign ?? ""
        visit.term = row.term ?? ""
        visit.content = row.content ?? ""
        visit.pageURL = row.url ?? ""
        visit.referrer = row.referrer ?? ""
        if row.clickID != nil { visit.clickIDs = [clickID] }
        return visit == IngestV1.Visit() ? nil : visit
    }

    /// What kind it is: a row that only names a channel is a click.
    private static func kind(of row: FileEvent) -> IngestV1.Event.Kind {
        switch row.kind {
        case .page: .page
        case .click: .click
        case .impression: .impression
        case .conversion: .conversion
        case .refund: .refund
        case .exposure: .exposure
        case .identify: .identify
        case .alias: .alias
        case .custom: row.name.isEmpty && row.channel != nil ? .click : .custom
        }
    }

    /// The id of an event that has none: half of SHA-256 of all that it says.
    private static func contentID(of event: IngestV1.Event) -> String {
        var hash = SHA256()
        hash.update(event.encoded().bytes)
        let half = SharedBytes(Array(hash.finish().bytes.prefix(16)))
        return "row-" + ContentDigest.text(half)
    }
}
