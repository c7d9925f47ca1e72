import Journeys
import Messages
import Testing
import Wire

@Suite("Stored timelines")
struct StoredTimelineTests {
    @Test("are what was stored")
    func roundTrip() throws {
        var other = Timeline()
        for timeline in RandomTimelines.timelines(seed: 1, count: 2_000) {
            let bytes = timeline.stored.encoded()
            #expect(try Timeline(encoded: bytes) == timeline)
            try other.read(encoded: bytes)
            #expect(other == timeline)
        }
        for time in [Int64.min, -1, 0, .max] {
            let touch = Timeline.Touch(time: time, kind: .message, place: .max)
            let timeline = Timeline(touches: [touch, touch])
            #expect(try Timeline(encoded: timeline.stored.encoded()) == timeline)
        }
    }

    private static let timeline = Timeline(
        touches: [
            .init(time: 10, kind: .click, place: 1), .init(time: 20, kind: .session, place: 2),
        ],
        conversions: [
            .init(
                touchesBefore: 1,
                time: 15,
                kind: "order",
                eventID: "e",
                value: 5,
                refunds: [.init(time: 15, millionths: 2), .init(time: 18, millionths: 3)],
                foreignRefunds: [
                    .init(time: 16, millionths: 9, currency: "USD"),
                    .init(time: 17, millionths: 1, currency: "JPY"),
                ],
                currency: "EUR"
            ), .init(touchesBefore: 2, time: 20, kind: "order", cancelledAt: 30),
        ],
        unmatchedRefunds: [
            .init(time: 4, problem: .unreadable),
            .init(time: 5, millionths: 6, currency: "EUR", problem: .excess),
        ]
    )

    @Test("of before there were times know at once what was paid back and cancelled")
    func withoutTimes() throws {
        var stored = Self.timeline.stored
        stored.conversions[0].refunds = []
        stored.conversions[0].refundedMillionths = 4
        stored.conversions[1].cancelTime = nil
        stored.conversions[1].isCancelled = true
        let timeline = try Timeline(encoded: stored.encoded())
        #expect(timeline.conversions[0].refunds == [.init(time: 15, millionths: 4)])
        #expect(timeline.conversions[1].cancelledAt == 20)
    }

    @Test("that something else has written are refused, and why")
    func refused() throws {
        func refusal(
            _ failure: TimelineFailure,
            _ change: (inout AttributionV1.StoredTimeline) -> Void
        ) {
            var stored = Self.timeline.stored
            change(&stored)
            #expect(throws: failure) { try Timeline(encoded: stored.encoded()) }
        }
        refusal(.unequalCounts) { $0.touchKinds.removeLast() }
        refusal(.unequalCounts) { $0.touchPlaces.removeLast() }
        refusal(.unequalCounts) { $0.touchTimes.removeLast() }
        refusal(.unknownKind(6)) { $0.touchKinds[1] = .init(rawValue: 6) }
        refusal(.unknownKind(0)) { $0.touchKinds[0] = .unspecified }
        refusal(.disorder) { $0.touchTimes[1] = -1 }
        refusal(.disorder) { $0.touchTimes[1] = .max }
        refusal(.disorder) { $0.conversions[0].touchesBefore = 2 }
        refusal(.disorder) { $0.conversions[0].touchesBefore = -1 }
        refusal(.disorder) { $0.conversions[1].touchesBefore = 3 }
        refusal(.disorder) { $0.conversions.swapAt(0, 1) }
        refusal(.disorder) { $0.conversions[0].time = 9 }
        refusal(.impossibleValue(event: "e")) { $0.conversions[0].valueMillionths = 4 }
        refusal(.impossibleValue(event: "e")) { $0.conversions[0].refundedMillionths = -1 }
        refusal(.impossibleValue(event: "e")) { $0.conversions[0].refundedMillionths = 6 }
        refusal(.impossibleValue(event: "e")) { $0.conversions[0].refunds[0].millionths = 0 }
        refusal(.impossibleValue(event: "e")) { $0.conversions[0].refunds[1].millionths = .max }
        refusal(.disorder) { $0.conversions[0].refunds[1].time = 14 }
        refusal(.disorder) { $0.conversions[0].foreignRefunds[1].time = 15 }
        for (millionths, currency) in [(0, "USD"), (1, ""), (1, "EUR")] as [(Int64, String)] {
            refusal(.impossibleValue(event: "e")) {
                $0.conversions[0].foreignRefunds[0].millionths = millionths
                $0.conversions[0].foreignRefunds[0].currency = currency
            }
        }
        refusal(.disorder) { $0.unmatchedRefunds[1].time = 3 }
        refusal(.impossibleRefund) { $0.unmatchedRefunds[1].millionths = -1 }
        refusal(.impossibleRefund) { $0.unmatchedRefunds[1].currency = "" }
        refusal(.impossibleValue(event: "e")) { $0.conversions[0].currency = "" }
        let error = #expect(throws: TimelineFailure.self) {
            try Timeline(encoded: SharedBytes(copying: [UInt8(0xFF)].rawBytes))
        }
        #expect(error?.description.contains("it is no timeline") == true)
    }
}
