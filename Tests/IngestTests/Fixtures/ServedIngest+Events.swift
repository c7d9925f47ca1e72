import Contracts
import Messages
import RPC
import Taxonomy
import Tenancy
import TestTenants
import Testing
import Wire

@testable import Ingest

extension ServedIngest {
    /// A page that a visitor opened at 2026-03-01T12:00:00Z, or so many seconds later.
    static func event(
        _ id: String,
        after seconds: Int64 = 0,
        _ change: (inout IngestV1.Event) -> Void = { _ in }
    ) -> IngestV1.Event {
        var event = IngestV1.Event()
        event.eventID = id
        event.kind = .page
        var time = GoogleProtobuf.Timestamp()
        time.seconds = 1_772_366_400 + seconds
        event.occurredAt = time
        event.anonymousID = "visitor"
        change(&event)
        return event
    }

    /// Writes events.
    @discardableResult
    func write(
        _ events: [IngestV1.Event],
        _ change: (inout IngestV1.WriteEventsRequest) -> Void = { _ in }
    ) async throws -> IngestV1.WriteEventsResponse {
        var request = IngestV1.WriteEventsRequest()
        request.events = events
        change(&request)
        return try await self.events.writeEvents(request).message.value()
    }

    /// The rules in force for the first tenant.
    func mapper(in scope: TenantScope) async throws -> ChannelMapper {
        ChannelMapper(try await RuleStore().rules(0, in: scope).ruleSet(), version: 0)
    }

    /// Waits until so many calls are under way.
    func underWay(_ count: Int) async throws {
        try await wait(for: "select 1", of: ["1"]) { served.openCount == count }
    }

    /// Asks the database until it says something, and a condition holds.
    func wait(
        for sql: String,
        of expected: [String],
        _ condition: () -> Bool = { true }
    ) async throws {
        for _ in 0..<500 {
            if try await rows(sql) == expected, condition() { return }
        }
        Issue.record("'\(sql)' does not become \(expected)")
    }

    /// Kills so many sessions of the service while they work.
    func killSessions(_ count: Int) async throws {
        try await rows(
            """
            do $$
            declare killed integer := 0;
            begin
                while killed < \(count) loop
                    killed := killed + (
                        select count(*) from (
                            select pg_terminate_backend(pid) from pg_stat_activity
                            where usename = 'svc_ingest' and state = 'active'
                                and datname = current_database() limit 1
                        ) k
                    );
                    perform pg_sleep(0.005), pg_stat_clear_snapshot();
                end loop;
            end $$
            """
        )
    }

    /// What `psql` says of the first tenant's rows, line by line.
    @discardableResult
    func rows(_ sql: String) async throws -> [String] {
        let schema = served.members[0].id.schemaName
        return try await served.fixture.lines("set search_path to \(schema); \(sql)")
            .filter { $0 != "SET" }
    }
}

extension IngestV1.WriteEventsResponse {
    /// How many were accepted, were duplicates, were rejected.
    var counts: [Int32] { [accepted, duplicates, rejected] }
}
