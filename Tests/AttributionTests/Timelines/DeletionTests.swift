import Contracts
import Messages
import RPC
import TestTenants
import Testing
import Wire

@Suite("Timelines and deleted events", .timeLimit(.minutes(5)))
struct DeletionTests {
    @Test("forget a refund that goes before its own person was put together")
    func midDrain() async throws {
        let attribution = try await ServedAttribution()
        let later: Int64 = 40 * 24 * 60
        try await attribution.write([
            ServedAttribution.order("o1", "20", after: 1) { $0.anonymousID = "buyer" },
            ServedAttribution.order("o1", "5", after: later, name: "Order Refunded") {
                $0.anonymousID = "clerk"
            },
            ServedAttribution.event("other", after: later) { $0.anonymousID = "clerk" },
        ])
        try await attribution.build()
        let paid = try await attribution.stored()
        #expect(paid[0].contains("a:buyer") && paid[0].contains(":5000000@"), "\(paid)")
        // As a build leaves it that stops when it has made the buyer, and not yet the clerk.
        try await attribution.rows(
            """
            delete from timelines where person = 'a:clerk';
            delete from timeline_members where person = 'a:clerk';
            insert into timeline_changes (id) values ('a:clerk')
            """
        )
        try await attribution.delete { $0.eventIDs = ["Order-Refunded-o1-\(later)"] }
        try await attribution.build()
        let followed = try await attribution.stored()
        #expect(!followed[0].contains(":5000000@"), "\(followed)")
        try await attribution.reset()
        try await attribution.build()
        #expect(try await attribution.stored() == followed)
        await attribution.stop()
    }

    @Test("are put together anew only where something has gone")
    func narrow() async throws {
        let attribution = try await ServedAttribution()
        try await attribution.write(
            (0..<30).flatMap { number in
                [
                    ServedAttribution.event("page\(number)") { $0.anonymousID = "v\(number)" },
                    ServedAttribution.order("o\(number / 2)", "9", after: 5 + Int64(number)) {
                        $0.anonymousID = "v\(number)"
                    },
                ]
            }
        )
        #expect(try await attribution.build().persons == 30)
        try await attribution.delete { $0.eventIDs = ["page7"] }
        #expect(try await attribution.build().persons == 1)
        // The first of an order: who had repeated it has a conversion then.
        try await attribution.delete { $0.eventIDs = ["Order-Completed-o4-13"] }
        #expect(try await attribution.build().persons == 2)
        // Nobody is left who has forgotten more than this.
        try await attribution.forget(visitor: "v20")
        #expect(try await attribution.build().persons == 1)
        let followed = try await attribution.stored()
        #expect(followed.count == 29)
        try await attribution.reset()
        try await attribution.build()
        #expect(try await attribution.stored() == followed)
        await attribution.stop()
    }
}
