import Net
import RPC
import TestContracts
import TestMessages
import Testing
import Wire

@Suite("Callers that go", .timeLimit(.minutes(5)))
struct CallerGoneTests {
    /// How a caller goes.
    enum Departure: CaseIterable {
        case cancelled, cancelledInProcess, disconnected
    }

    @Test("while the service waits for them are no fault of it", arguments: Departure.allCases)
    func reading(departure: Departure) async throws {
        let fixture = try RPCFixture()
        let (client, connection) = try await fixture.client()
        let chosen =
            departure == .cancelledInProcess
            ? TestingV1.Shelf.Client(fixture.inProcess) : client
        let chat = try await chosen.chat()
        try await chat.send(TestingV1.Book(named: "x"))
        #expect(try await chat.next()?.value().name == "x")
        if departure == .disconnected {
            await connection.close(within: .zero)
        } else {
            chat.call.cancel()
            await connection.close()
        }
        await fixture.stop()
        let report = try #require(fixture.reports.all.last)
        #expect(report.method?.schema.name == "Chat" && report.code == .cancelled)
        #expect(report.error?.message == "the caller has gone")
    }
}
