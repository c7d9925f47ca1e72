import Foundation
import Messages
import Net
import RPC
import TestKit
import TestTenants
import Testing

@Suite("Events under fire", .timeLimit(.minutes(20)))
struct EventsUnderFireTests {
    /// How many sessions are killed; the long form has as many as the promise asks for.
    private static let kills =
        ProcessInfo.processInfo.environment["SEXTANT_LONG"] == "1" ? 1_000 : 50
    private static let crashes =
        ProcessInfo.processInfo.environment["SEXTANT_LONG"] == "1" ? 100 : 3
    private static let senders = 6

    /// How many were sent and told to be new, in how many answers.
    private struct Totals: Sendable {
        var (sent, accepted, answers) = (0, 0, 0)

        mutating func add(_ other: Totals) {
            sent += other.sent
            accepted += other.accepted
            answers += other.answers
        }
    }

    /// Writes batches, each again until it is answered, until all sessions have been killed.
    private func send(
        _ sender: Int,
        to ingest: ServedIngest,
        until isOver: Locked<Bool>
    ) async throws -> Totals {
        var generator = SeededGenerator(seed: UInt64(sender))
        var totals = Totals()
        while !isOver.withLock({ $0 }) {
            let size = generator.number(in: 1...60)
            let events = (0..<size).map { index in
                ServedIngest.event(
                    "\(sender)-\(totals.sent + index)",
                    after: Int64(totals.sent % 1_000)
                )
            }
            while true {
                do {
                    let answer = try await ingest.write(events) {
                        $0.hasFixedTimes = sender.isMultiple(of: 2)
                    }
                    #expect(answer.rejected == 0)
                    #expect(Int(answer.accepted + answer.duplicates) == size)
                    totals.accepted += Int(answer.accepted)
                    totals.answers += 1
                    break
                } catch let error as RPCError {
                    #expect(error.code == .unavailable || error.code == .aborted, "\(error)")
                }
            }
            totals.sent += size
        }
        return totals
    }

    @Test("are stored once each: all that was acknowledged, and nothing twice")
    func kills() async throws {
        let ingest = try await ServedIngest()
        try await check(ingest) { try await ingest.killSessions(Self.kills) }
    }

    @Test("are stored once each while their server crashes again and again")
    func crashes() async throws {
        let server = try await PrivatePostgres(settings: ["synchronous_commit=on"])
        let ingest = try await ServedIngest(on: server)
        try await check(ingest) {
            for _ in 0..<Self.crashes {
                try await ingest.served.fixture.pause(.milliseconds(300))
                try await server.stop()
                try await server.start()
            }
        }
    }

    /// Sends events while something happens to their server, and counts what is stored then.
    private func check(
        _ ingest: ServedIngest,
        while fire: @escaping @Sendable () async throws -> Void
    ) async throws {
        let isOver = Locked(false)
        let totals = try await withThrowingTaskGroup(of: Totals.self) { group in
            for sender in 0..<Self.senders {
                group.addTask {
                    try await send(sender, to: ingest, until: isOver)
                }
            }
            try await fire()
            isOver.withLock { $0 = true }
            return try await group.reduce(into: Totals()) { $0.add($1) }
        }
        print(
            "events: \(totals.sent) sent, \(totals.accepted) new, \(totals.answers) answers"
        )
        let stored = try await ingest.rows(
            "select count(*), count(distinct event_id) from events"
        )
        #expect(stored == ["\(totals.sent)|\(totals.sent)"])
        // A batch whose answer was lost is told as duplicates, never as new once more.
        #expect(totals.accepted <= totals.sent)
        let feed = try await ingest.rows(
            """
            select count(*) from event_commits c full join
                (select commit_id, count(*) from events group by 1) e using (commit_id)
            where c.events is distinct from e.count
            """
        )
        #expect(feed == ["0"])
        await ingest.stop()
    }
}
