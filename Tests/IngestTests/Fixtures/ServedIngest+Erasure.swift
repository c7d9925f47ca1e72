import Contracts
import Messages
import Net
import Postgres
import RPC
import Telemetry
import Tenancy
import TestKit
import TestTenants
import Testing
import Wire

@testable import Ingest

extension ServedIngest {
    /// How much is deleted at once: as operators have it, or little, so that everything is an
    /// operation of many steps.
    static func limits(areSmall: Bool) -> ErasureLimits {
        var limits = ErasureLimits()
        if areSmall { (limits.mostAtOnce, limits.window, limits.rejectedRows) = (0, 7, 3) }
        return limits
    }

    // MARK: Calls

    /// Deletes events, and waits until it is done.
    @discardableResult
    func delete(
        _ change: (inout IngestV1.DeleteEventsRequest) -> Void
    ) async throws -> IngestV1.DeletedEvents {
        var request = IngestV1.DeleteEventsRequest()
        change(&request)
        let answer = try await erasure.deleteEvents(request).message.value()
        if let deleted = answer.deleted {
            #expect(answer.operation.isEmpty)
            return deleted
        }
        try await served.finishJobs(of: served.members[0])
        let bytes = try await result(of: answer.operation)
        return try IngestV1.DeletedEvents(decoding: bytes.rawBytes)
    }

    /// Forgets a person, and waits until it is done.
    @discardableResult
    func forget(
        _ change: (inout IngestV1.ForgetPersonRequest) -> Void
    ) async throws -> IngestV1.Forgetting {
        var request = IngestV1.ForgetPersonRequest()
        change(&request)
        let answer = try await erasure.forgetPerson(request).message.value()
        #expect(answer.operation == "operations/ingest." + (answer.forgetting?.id ?? ""))
        #expect(answer.forgetting?.finishTime == nil)
        try await served.finishJobs(of: served.members[0])
        let bytes = try await result(of: answer.operation)
        return try IngestV1.Forgetting(decoding: bytes.rawBytes)
    }

    /// What an operation has ended with.
    private func result(of operation: String) async throws -> [UInt8] {
        let id = operation.dropFirst("operations/ingest.".count)
        let lines = try await rows(
            "select state || ' ' || encode(result, 'hex') from jobs where id = '\(id)'"
        )
        let parts = try #require(lines.first).split(separator: " ")
        #expect(parts[0] == "done")
        var digits = try #require(parts.last)
        if parts.count == 1 { digits = "" }
        var bytes: [UInt8] = []
        while !digits.isEmpty {
            bytes.append(try #require(UInt8(digits.prefix(2), radix: 16)))
            digits = digits.dropFirst(2)
        }
        return bytes
    }

    // MARK: Below the calls

    /// Has the first tenant's jobs that failed for good tried again.
    func redriveJobs() async throws {
        try await rows(
            """
            update jobs set state = 'waiting', finished_at = null, run_at = now()
                where state = 'dead';
            insert into node.wakeups (tenant_id, queue, next_at)
                values ('\(served.members[0].id.text)', 'ingest', now())
                on conflict (tenant_id, queue) do update set next_at = now()
            """
        )
    }

    /// What writes events as another instance of the service does, which knows of nobody that was
    /// forgotten.
    func batch(_ events: [IngestV1.Event]) async throws -> Batch {
        let reader = EventReader(
            TenantKnowledge(
                mapper: try await mapper(in: try scope),
                channels: [:],
                keys: try await EventStore().keys(in: try scope)
            ),
            origin: "test",
            hasFixedTimes: true,
            now: .now
        )
        return EventStore.batch(EventGroup([try events.map { try reader.row($0) }]))
    }

    /// Forgets a person as far as the call does it, in a transaction of the caller's.
    func forget(
        user: String,
        in transaction: PostgresTransaction
    ) async throws {
        var request = IngestV1.ForgetPersonRequest()
        request.userID = user
        var random = SystemRandomNumberGenerator()
        try await ForgettingStore().forget(
            [PersonID.user(user)],
            request,
            as: PostgresUUID(high: random.next(), low: random.next()),
            try await EventStore().keys(in: try scope),
            in: transaction,
            by: "user:42"
        )
    }

    /// All rows of the first tenant, bytes in hexadecimal digits.
    func dump() async throws -> String { try await served.rows(served.members[0]) }
}
