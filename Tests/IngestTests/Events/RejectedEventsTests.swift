import Contracts
import Messages
import RPC
import TestTenants
import Testing
import Wire

@Suite("Events that were rejected", .timeLimit(.minutes(5)))
struct RejectedEventsTests {
    private func replay(
        _ ingest: ServedIngest
    ) async throws -> IngestV1.ReplayRejectedRowsResponse {
        var request = IngestV1.ReplayRejectedRowsRequest()
        request.filter = IngestV1.RejectedRowFilter()
        request.filter?.kind = "event"
        return try await ingest.rejected.replayRejectedRows(request).message.value()
    }

    @Test("wait whole in the quarantine, and are events once what was wrong is mended")
    func mended() async throws {
        let ingest = try await ServedIngest()
        let events = [
            ServedIngest.event("a") { $0.channel = "radio" },
            ServedIngest.event("b") { $0.value = "x" },
            ServedIngest.event("c"),
        ]
        let answer = try await ingest.write(events) { $0.origin = "shop" }
        #expect(answer.counts == [1, 0, 2] && !answer.batch.isEmpty)
        // Sent again they wait once.
        #expect(try await ingest.write(events) { $0.origin = "shop" }.counts == [0, 1, 2])
        #expect(
            try await ingest.rows("select reason, field, source from rejected_rows order by 1")
                == ["invalid|value|shop", "unknown_channel|channel|shop"]
        )
        #expect(try await replay(ingest).replayed == 0)
        try await ingest.create("radio")
        let replayed = try await replay(ingest)
        #expect(replayed.replayed == 1 && replayed.rejected == 1)
        let rows = try await ingest.rows(
            "select event_id, slug, origin from events left join channels on number = channel "
                + "order by event_id"
        )
        #expect(rows == ["a|radio|shop", "c||shop"])
        // The feed tells of it, and once more changes nothing.
        #expect(try await ingest.rows("select sum(events) from event_commits") == ["2"])
        #expect(try await replay(ingest).replayed == 0)
        #expect(try await ingest.write([events[0]]).counts == [0, 1, 0])
        await ingest.stop()
    }

    @Test("are kept as they came where they came as JSON")
    func json() async throws {
        let ingest = try await ServedIngest()
        let client = IngestV1.Segment.Client(try ingest.served.channel(ingest.served.members[0]))
        let stream = try await client.sendSegment()
        var part = IngestV1.SegmentPart()
        part.call = "batch"
        let body = #"{"batch": [17, {"type": "track", "event": "x", "messageId": "m"}]}"#
        part.body = Array(body.utf8)
        try await stream.send(part)
        let answer = try await stream.finish().message.value()
        #expect(answer.rejected == 2 && !answer.batch.isEmpty)
        let kept = try await ingest.rows(
            "select convert_from(body, 'UTF8') from rejected_rows order by number"
        )
        #expect(kept.first == "17" && kept.last?.contains(#""messageId""#) == true)
        // Nothing has been mended.
        #expect(try await replay(ingest).rejected == 2)
        await ingest.stop()
    }
}
