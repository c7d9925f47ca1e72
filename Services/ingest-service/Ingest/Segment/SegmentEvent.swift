internal import Crypto
internal import Messages
internal import Telemetry
internal import Wire

/// An event as Segment's libraries send it.
///
/// Source: the specification of Segment's HTTP tracking API, and its e-commerce events, version 2.
struct SegmentEvent {
    private let fields: GoogleProtobuf.Struct
    private let call: String
    private let batch: GoogleProtobuf.Struct
    private let currency: String

    /// An event of a body.
    ///
    /// - Parameters:
    ///   - fields: the event.
    ///   - call: which call it is if it does not say so itself.
    ///   - batch: the body that it came in.
    ///   - currency: of amounts that name none: that of the tenant's reports.
    init(
        _ fields: GoogleProtobuf.Struct,
        call: String,
        in batch: GoogleProtobuf.Struct,
        currency: String
    ) {
        self.fields = fields
        self.call = call
        self.batch = batch
        self.currency = currency
    }

    /// What it is known by, as its sender knows it.
    var messageID: String { fields.text("messageId") }

    /// What it is known by here.
    var eventID: String { messageID.isEmpty ? contentID : messageID }

    /// The event as we have it.
    ///
    /// - Returns: the event, whose rules are looked at later.
    /// - Throws: a fault of what we have no field for.
    func event() throws(RowFault) -> IngestV1.Event {
        var event = IngestV1.Event()
        event.eventID = eventID
        event.anonymousID = fields.text("anonymousId")
        event.userID = fields.textOrNumber("userId")
        let name = fields.text("originalTimestamp").isEmpty ? "timestamp" : "originalTimestamp"
        event.occurredAt = try time(name, of: fields)
        event.sentAt = try time("sentAt", of: fields.text("sentAt").isEmpty ? batch : fields)
        event.sessionID = context.textOrNumber("sessionId")
        event.visit = visit
        switch type {
        case "track": readTrack(to: &event)
        case "page", "screen":
            event.kind = .page
            event.name = fields.text("name")
            event.properties = try object("properties")
        case "identify":
            // Without a user it only tells of a visitor.
            event.kind = event.userID.isEmpty ? .custom : .identify
            event.name = "identify"
            event.properties = try object("traits")
        case "group":
            event.kind = .custom
            event.name = "group"
            event.properties = try object("traits")
        case "alias":
            event.kind = .alias
            event.previousID = fields.textOrNumber("previousId")
        default:
            throw RowFault(
                "type",
                "expected one of track, page, screen, identify, group and alias"
            )
        }
        if type == "track" { event.properties = try object("properties") }
        return event
    }

    private var type: String {
        let type = fields.text("type")
        return type.isEmpty && call != "batch" && call != "import" ? call : type
    }

    /// What an event without an id is known by: the same for the same content, whenever it is sent.
    private var contentID: String {
        var content = fields
        content.fields["sentAt"] = nil
        return "sha256:\(SHA256.digest(of: content.encoded().bytes))"
    }

    private var context: GoogleProtobuf.Struct {
        let own = fields.object("context")
        return own.fields.isEmpty ? batch.object("context") : own
    }

    // MARK: Fields

    private func time(
        _ name: String,
        of object: GoogleProtobuf.Struct
    ) throws(RowFault) -> GoogleProtobuf.Timestamp? {
        let text = object.text(name)
        guard !text.isEmpty else { return nil }
        let isPlain = text.utf8.allSatisfy { $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "\\") }
        guard isPlain, text.utf8.count < 64,
            let time = try? GoogleProtobuf.Timestamp(json: "\"\(text)\"")
        else { throw RowFault(name, "expected a time as 2026-04-10T10:00:00.000Z") }
        return time
    }

    /// An object as it goes on in our event: JSON, or nothing if it has nothing.
    private func object(_ name: String) throws(RowFault) -> String {
        let object = fields.object(name)
        if object.fields.isEmpty { return "" }
        do {
            return try object.jsonText()
        } catch {
            throw RowFault(name, "expected what JSON can say: \(error)")
        }
    }

    private var visit: IngestV1.Visit? {
        let (campaign, page) = (context.object("campaign"), context.object("page"))
        let properties = fields.object("properties")
        var visit = IngestV1.Visit()
        visit.source = campaign.text("source")
        visit.medium = campaign.text("medium")
        visit.campaign = campaign.text("name")
        visit.campaignID = campaign.textOrNumber("id")
        visit.term = campaign.text("term")
        visit.content = campaign.text("content")
        let isPage = type == "page" || type == "screen"
        visit.pageURL = (isPage ? properties.text("url").presence : nil) ?? page.text("url")
        visit.referrer =
            (isPage ? properties.text("referrer").presence : nil) ?? page.text("referrer")
        return visit == IngestV1.Visit() ? nil : visit
    }

    // MARK: Orders

    private func readTrack(to event: inout IngestV1.Event) {
        event.name = fields.text("event")
        let properties = fields.object("properties")
        switch event.name {
        case "Order Completed": event.kind = .conversion
        case "Order Refunded", "Order Cancelled": event.kind = .refund
        default:
            event.kind = .custom
            return
        }
        event.orderID = properties.textOrNumber("order_id")
        event.value =
            ["revenue", "total", "value"].lazy.map(properties.textOrNumber)
            .first { !$0.isEmpty } ?? ""
        guard !event.value.isEmpty else { return }
        let named = properties.text("currency")
        event.currency = named.isEmpty ? currency : named.uppercased()
    }
}
