import Contracts
import Messages
import RPC
import TestKit
import Testing
import Wire

@testable import Ingest

/// Each kind of file, and where its rows come to lie.
@Suite("Imports of each kind", .timeLimit(.minutes(2)))
struct ImportKindsTests {
    @Test("events have their times in the declared zone, their channels, values and identities")
    func events() async throws {
        let ingest = try await ServedIngest()
        let file = """
            event_id,timestamp,event,user_id,visitor_id,utm_source,utm_medium,value,currency
            e1,2026-01-31 23:30:00,page,,v1,google,cpc,,
            e2,2026-01-31T23:30:00Z,Order Completed,u1,v1,,,59.90,EUR
            e2,2026-01-31T23:30:00Z,Order Completed,u1,v1,,,59.90,EUR
            e3,31.31.2026,page,,v1,,,,
            """
        let done = try await ingest.importText(file) { request in
            request.source = "shop"
            var plan = IngestV1.ImportPlan()
            plan.timeZone = "Europe/Berlin"
            request.plan = plan
        }
        #expect(done.state == .completed, "\(done.findings)")
        #expect([done.rows, done.accepted, done.duplicate, done.rejected] == [4, 2, 1, 1])
        #expect(done.passed == 1)
        #expect(
            try await ingest.lines(
                """
                select event_id, kind, occurred_at at time zone 'UTC', c.slug, value, currency,
                    origin
                from events e left join channels c on c.number = e.channel order by event_id
                """
            ) == [
                "e1|1|2026-01-31 22:30:00|paid_search|||shop",
                "e2|4|2026-01-31 23:30:00||59.900000|EUR|shop",
            ]
        )
        #expect(try await ingest.lines("select one, other from identity_edges") == ["a:v1|u:u1"])
        #expect(
            try await ingest.lines(
                """
                select kind, form, convert_from(body, 'UTF8'), reason, field, row_number, batch
                from rejected_rows
                """
            ) == ["event|line|e3,31.31.2026,page,,v1,,,,|date|timestamp|5|\(done.importID)"]
        )
        // The bytes are gone, and the commit is the import's.
        #expect(try await ingest.lines("select count(*) from import_blocks") == ["0"])
        #expect(
            try await ingest.lines(
                """
                select count(*) from events e join import_commits i using (commit_id)
                where i.import_id = '\(done.importID)'
                """
            ) == ["2"]
        )
        await ingest.stop()
    }

    @Test("rows without ids are known by what they say, also in another file")
    func contentIDs() async throws {
        let ingest = try await ServedIngest()
        let head = "timestamp,event,visitor_id\n"
        let rows = (0..<5).map { "2026-01-0\($0 + 1)T12:00:00Z,page,v\($0)\n" }
        let first = try await ingest.importText(head + rows[..<3].joined())
        let second = try await ingest.importText(head + rows[1...].joined())
        #expect([first.accepted, first.duplicate] == [3, 0])
        #expect([second.accepted, second.duplicate] == [2, 2])
        #expect(try await ingest.lines("select count(*) from events") == ["5"])
        await ingest.stop()
    }

    @Test("channels that a file names are made, or its rows are rejected until they are")
    func channels() async throws {
        let ingest = try await ServedIngest()
        let file = "timestamp,visitor_id,channel\n2026-01-31T12:00:00Z,v,Sky Writing & Co.\n"
        let strict = try await ingest.importText(file) { request in
            var plan = IngestV1.ImportPlan()
            plan.unknownChannels = .reject
            request.plan = plan
        }
        #expect([strict.accepted, strict.rejected] == [0, 1])
        #expect(
            try await ingest.lines("select reason, field from rejected_rows")
                == ["unknown_channel|channel"]
        )
        let done = try await ingest.importText(file)
        #expect([done.accepted, done.rejected] == [1, 0])
        #expect(
            try await ingest.lines(
                """
                select c.slug, c.label, e.kind from events e
                join channels c on c.number = e.channel
                """
            ) == ["sky_writing_co|Sky Writing & Co.|2"]
        )
        // The rejected row says the same: written again it is there already.
        var replay = IngestV1.ReplayRejectedRowsRequest()
        replay.limit = 10
        let answer = try await ingest.rejected.replayRejectedRows(replay).message.value()
        #expect(answer.replayed == 1 && answer.rows.first?.outcome == "duplicate")
        await ingest.stop()
    }

    @Test("spend, by channel or platform, with the amounts as they are written")
    func spend() async throws {
        let ingest = try await ServedIngest()
        let file = """
            Day;Campaign;Cost (EUR);Impressions;Clicks;Conversions;Conv. value
            31.01.2026;Brand;1.234,56;1000;10;2,5;199,90
            01.02.2026;Brand;0,10;;1;;
            02.02.2026;Brand;-1,00;5;1;1,0;1,00
            """
        let done = try await ingest.importText(file) { request in
            var plan = IngestV1.ImportPlan()
            plan.platform = "google_ads"
            request.plan = plan
        }
        #expect(done.state == .completed, "\(done.findings)")
        #expect([done.accepted, done.rejected] == [2, 1])
        #expect(
            try await ingest.lines(
                """
                select day, platform, campaign, spend, currency, impressions, clicks,
                    conversions, conversion_value
                from ingest_v1_spend order by day
                """
            ) == [
                "2026-01-31|google_ads|Brand|1234.560000|EUR|1000|10|2.500000|199.900000",
                "2026-02-01|google_ads|Brand|0.100000|EUR||1||",
            ]
        )
        await ingest.stop()
    }

    @Test("a mix model's table: spend with its impressions, outcomes, and controls beside")
    func mixModel() async throws {
        let ingest = try await ServedIngest()
        let file = """
            week,geo,revenue,tv_spend,tv_impressions,radio_spend,competitor_sales,event
            2026-01-05,US-CA,1000.5,10,500,1.1234567,7,na
            2026-01-12,US-CA,2000,20,,2,8,superbowl
            """
        let done = try await ingest.importText(file)
        #expect(done.state == .completed, "\(done.findings)")
        #expect(done.plan?.kind == "mix_model")
        #expect([done.accepted, done.rejected] == [2, 0])
        #expect(
            try await ingest.lines(
                """
                select day, column_name, geo, spend, impressions
                from spend s join spend_sources o on o.source = s.source
                order by day, column_name
                """
            ) == [
                "2026-01-05|radio_spend|US-CA|1.123457|",
                "2026-01-05|tv_spend|US-CA|10.000000|500",
                "2026-01-12|radio_spend|US-CA|2.000000|",
                "2026-01-12|tv_spend|US-CA|20.000000|",
            ]
        )
        #expect(
            try await ingest.lines("select day, name, geo, value, currency from kpi order by day")
                == [
                    "2026-01-05|revenue|US-CA|1000.500000|EUR",
                    "2026-01-12|revenue|US-CA|2000.000000|EUR",
                ]
        )
        #expect(
            try await ingest.lines("select day, name, value from covariates order by day, name")
                == [
                    "2026-01-05|competitor_sales|7", "2026-01-12|competitor_sales|8",
                    "2026-01-12|event: superbowl|1",
                ]
        )
        await ingest.stop()
    }

    @Test("paths and holidays, these also of years to come")
    func others() async throws {
        let ingest = try await ServedIngest()
        let paths = try await ingest.importText(
            "path,total_conversions,total_conversion_value,total_null\n"
                + "eta > iota,10,100.25,3\niota,1,5,0\n"
        )
        #expect([paths.accepted, paths.rejected] == [2, 0])
        #expect(
            try await ingest.lines(
                """
                select row_number, array_to_string(steps, '+'), conversions, value, nulls
                from import_paths order by row_number
                """
            ) == ["2|eta+iota|10.000000|100.250000|3.000000", "3|iota|1.000000|5.000000|0.000000"]
        )
        let holidays = try await ingest.importText(
            "ds,holiday,country\n2044-12-25,Christmas Day,US\n1996-01-01,New Year's Day,US\n"
        )
        #expect([holidays.accepted, holidays.rejected] == [2, 0], "\(holidays.findings)")
        #expect(
            try await ingest.lines("select day, name, geo, value from covariates order by day")
                == [
                    "1996-01-01|holiday: New Year's Day|US|1",
                    "2044-12-25|holiday: Christmas Day|US|1",
                ]
        )
        await ingest.stop()
    }
}
