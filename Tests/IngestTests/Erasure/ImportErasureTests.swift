import Contracts
import Messages
import RPC
import Tenancy
import TestKit
import TestTenants
import Testing
import Wire

@testable import Ingest

@Suite("Events that an import brought", .timeLimit(.minutes(10)))
struct ImportErasureTests {
    /// Rows of visitors, from one to another, and one that is wrong.
    private func file(_ visitors: Range<Int>) -> String {
        visitors.reduce("timestamp,visitor_id,utm_source\nnever,v\(visitors.lowerBound),crm\n") {
            text,
            visitor in
            text + "2026-01-0\(1 + visitor % 9)T12:00:00Z,v\(visitor),crm\n"
        }
    }

    private func visitors(_ ingest: ServedIngest) async throws -> Set<String> {
        Set(try await ingest.rows("select anonymous_id from events"))
    }

    @Test(
        "are deleted, also those that were mapped anew since",
        arguments: [false, true]
    )
    func imported(isSmall: Bool) async throws {
        let ingest = try await ServedIngest(
            erasing: ServedIngest.limits(areSmall: isSmall),
            rowsAtOnce: 7
        )
        try await ingest.write([ServedIngest.event("called") { $0.anonymousID = "caller" }])
        let first = try await ingest.importText(file(0..<30)) { $0.source = "shop" }
        let second = try await ingest.importText(file(20..<50)) { $0.source = "shop" }
        #expect([first.accepted, second.accepted, second.duplicate] == [30, 20, 10])
        let put = try await ingest.put([ServedIngest.rule("crm", "email", ["crm"])], after: 0) {
            $0.remapsHistory = true
        }
        #expect(try await ingest.finish(put.remapOperation).changed == 50)
        func delete(_ isDry: Bool) async throws -> IngestV1.DeletedEvents {
            try await ingest.delete { request in
                request.importID = second.importID
                (request.withRejected, request.dryRun) = (true, isDry)
            }
        }
        let counted = try await delete(true)
        #expect(counted.events == 20 && counted.rejectedRows == 1 && counted.dryRun)
        #expect(try await visitors(ingest).count == 51)
        let deleted = try await delete(false)
        #expect(deleted.events == 20 && deleted.rejectedRows == 1)
        #expect(deleted.days == counted.days && deleted.days.count == 9)
        let own = Set((0..<30).map { "v\($0)" } + ["caller"])
        #expect(try await visitors(ingest) == own)
        #expect(
            try await ingest.rows("select batch from rejected_rows") == [first.importID]
        )
        #expect(try await delete(false).events == 0)
        // The ids stay taken.
        let again = try await ingest.importText(file(20..<50)) {
            ($0.source, $0.again) = ("shop", true)
        }
        #expect(again.accepted == 0 && again.duplicate == 30)
        await ingest.stop()
    }

    @Test("are those of before, also after they were mapped anew")
    func mappedAnew() async throws {
        let ingest = try await ServedIngest()
        try await ingest.importText(file(0..<3))
        let commit = try await ingest.scope.transaction {
            try await ErasureStore().nextCommit(in: $0)
        }
        let put = try await ingest.put([ServedIngest.rule("crm", "email", ["crm"])], after: 0) {
            $0.remapsHistory = true
        }
        #expect(try await ingest.finish(put.remapOperation).changed == 3)
        #expect(
            try await ingest.rows("select count(*) from events where commit_id < \(commit)")
                == ["0"]
        )
        let selection = EventSelection(ofPerson: ["a:v1", "a:v2", "u:v0"], before: commit)
        let store = ErasureStore()
        let found = try await ingest.scope.read(store.find(selection))
        #expect(try store.found(found).count == 2)
        await ingest.stop()
    }

    @Test("are named by its id alone")
    func refused() async throws {
        let ingest = try await ServedIngest()
        await #expect {
            try await ingest.delete { $0.importID = "shop" }
        } throws: { ($0 as? RPCError)?.code == .invalidArgument }
        await #expect {
            try await ingest.delete {
                ($0.importID, $0.origin) = ("00000000-0000-0000-0000-000000000000", "shop")
            }
        } throws: { ($0 as? RPCError)?.code == .invalidArgument }
        await ingest.stop()
    }
}
