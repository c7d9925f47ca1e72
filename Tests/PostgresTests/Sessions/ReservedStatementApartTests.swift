import Testing

@_spi(PostgresSessions) @testable import Postgres

// Each in a process of its own, which a refusal ends.
@Suite("A statement that is reserved")
struct ReservedStatementApartTests {
    @Test("stops the program where it is written")
    func stops() async {
        await #expect(processExitsWith: .failure) {
            _ = Statement("test.begin", "begin")
        }
        await #expect(processExitsWith: .success) {
            _ = Statement("test.one", "select 1")
        }
    }
}
