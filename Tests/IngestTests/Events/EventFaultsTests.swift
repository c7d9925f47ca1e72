import Messages
import RPC
import Testing

@Suite("An event that breaks a rule", .timeLimit(.minutes(5)))
struct EventFaultsTests {
    struct Case: CustomStringConvertible, Sendable {
        let field: String
        let what: String
        let change: @Sendable (inout IngestV1.Event) -> Void
        var description: String { "\(field): \(what)" }

        init(
            _ field: String,
            _ what: String,
            _ change: @escaping @Sendable (inout IngestV1.Event) -> Void
        ) {
            (self.field, self.what, self.change) = (field, what, change)
        }
    }

    private static func seconds(_ seconds: Int64) -> GoogleProtobuf.Timestamp {
        var time = GoogleProtobuf.Timestamp()
        time.seconds = seconds
        return time
    }

    private static let long = String(repeating: "x", count: 201)

    static let cases = [
        Case("event_id", "empty") { $0.eventID = "" },
        Case("event_id", "long") { $0.eventID = long },
        Case("event_id", "U+0000") { $0.eventID = "a\u{0}" },
        Case("kind", "none") { $0.kind = .unspecified },
        Case("kind", "unknown") { $0.kind = IngestV1.Event.Kind(rawValue: 77) },
        Case("occurred_at", "before 1990") { $0.occurredAt = seconds(631_151_999) },
        Case("occurred_at", "far ahead") { $0.occurredAt = seconds(4_000_000_000) },
        Case("occurred_at", "no time") { $0.occurredAt?.nanos = -1 },
        Case("occurred_at", "corrected beyond 1990") { $0.sentAt = seconds(200_000_000_000) },
        Case("sent_at", "no time") { $0.sentAt = seconds(1 << 60) },
        Case("anonymous_id", "nobody's") { $0.anonymousID = "" },
        Case("anonymous_id", "long") { $0.anonymousID = long },
        Case("user_id", "nobody identified") { $0.kind = .identify },
        Case("user_id", "U+0000") { $0.userID = "\u{0}" },
        Case("previous_id", "alias of nobody") {
            $0.kind = .alias; $0.userID = "u"
        },
        Case("name", "custom without") { $0.kind = .custom },
        Case("name", "long") { $0.name = long },
        Case("session_id", "long") { $0.sessionID = long },
        Case("order_id", "long") { $0.orderID = long },
        Case("geo", "long") { $0.geo = long },
        Case("value", "no number") {
            $0.value = "NaN"; $0.currency = "EUR"
        },
        Case("value", "negative") {
            $0.value = "-1"; $0.currency = "EUR"
        },
        Case("value", "comma") {
            $0.value = "1,5"; $0.currency = "EUR"
        },
        Case("value", "seven digits behind") {
            $0.value = "1.0000001"; $0.currency = "EUR"
        },
        Case("value", "thirteen before") {
            $0.value = "1000000000000"; $0.currency = "EUR"
        },
        Case("value", "nothing behind") {
            $0.value = "1."; $0.currency = "EUR"
        },
        Case("currency", "missing") { $0.value = "1" },
        Case("currency", "small") {
            $0.value = "1"; $0.currency = "eur"
        },
        Case("currency", "of nothing") { $0.currency = "EUR" },
        Case("channel", "unknown") { $0.channel = "nowhere" },
        Case("properties", "no object") { $0.properties = "[1]" },
        Case("properties", "no JSON") { $0.properties = "{\"a\":" },
        Case("properties", "long") {
            $0.properties = "{\"a\":\"" + String(repeating: "x", count: 32 << 10) + "\"}"
        },
        Case("visit.page_url", "long") { event in
            event.visit = IngestV1.Visit()
            event.visit?.pageURL = "https://x.example/" + String(repeating: "x", count: 8 << 10)
        },
        Case("visit.click_ids", "unknown") { event in
            event.visit = IngestV1.Visit()
            event.visit?.clickIDs = ["xclid"]
        },
        Case("visit.source", "U+0000 in a tag of the page") { event in
            event.visit = IngestV1.Visit()
            event.visit?.pageURL = "https://x.example/?utm_source=a%00b&utm_medium=cpc"
        },
    ]

    @Test("is rejected with the field that breaks it, alone of its call")
    func rejected() async throws {
        let ingest = try await ServedIngest()
        let events = Self.cases.enumerated().flatMap { index, test in
            [ServedIngest.event("bad\(index)", test.change), ServedIngest.event("good\(index)")]
        }
        let answer = try await ingest.write(events)
        let count = Int32(Self.cases.count)
        #expect(answer.counts == [count, 0, count])
        for (test, outcome) in zip(Self.cases, answer.outcomes) {
            #expect(outcome.field == test.field, "\(test)")
            #expect(!outcome.reason.isEmpty && outcome.fate == .rejected, "\(test)")
        }
        #expect(answer.outcomes.map(\.index) == (0..<count).map { $0 * 2 })
        await ingest.stop()
    }

    @Test("of a call fails the call: too many, none, or an origin that is none")
    func calls() async throws {
        let ingest = try await ServedIngest()
        func code(
            _ events: [IngestV1.Event],
            _ change: (inout IngestV1.WriteEventsRequest) -> Void = { _ in }
        ) async -> StatusCode? {
            do {
                try await ingest.write(events, change)
                return nil
            } catch {
                return (error as? RPCError)?.code
            }
        }
        #expect(await code([]) == .invalidArgument)
        let many = (0...10_000).map { index in
            var event = IngestV1.Event()
            event.eventID = "\(index)"
            return event
        }
        #expect(await code(many) == .invalidArgument)
        #expect(await code([ServedIngest.event("a")]) { $0.origin = "A b" } == .invalidArgument)
        #expect(await code([ServedIngest.event("a")]) == nil)
        await ingest.stop()
    }
}
