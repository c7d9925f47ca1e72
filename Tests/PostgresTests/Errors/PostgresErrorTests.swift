import RPC
import TestKit
import Testing

@testable import Postgres

@Suite("Errors of the database")
struct PostgresErrorTests {
    private func server(_ state: String) -> PostgresError {
        let report = ServerReport(sqlState: SQLState(state), severity: "ERROR")
        return PostgresError(.server, "secret words", query: "test.query", report: report)
    }

    @Test(
        "mean one status each to callers, who are told nothing else",
        arguments: [
            ("23505", StatusCode.internalError), ("42501", .internalError),
            ("42P01", .internalError),
            ("40001", .aborted), ("40P01", .aborted), ("55P03", .aborted),
            ("57014", .deadlineExceeded),
            ("57P01", .unavailable), ("57P03", .unavailable), ("08006", .unavailable),
            ("53300", .unavailable), ("53100", .unavailable), ("XX001", .dataLoss),
        ]
    )
    func states(_ state: String, _ code: StatusCode) {
        let error = RPCError(server(state))
        #expect(error.code == code)
        #expect(!error.message.contains("secret") && !error.message.contains("test.query"))
        #expect(error.logMessage == "server in test.query (\(state)): secret words")
    }

    @Test(
        "of all kinds mean a status",
        arguments: [
            (PostgresError.Kind.connectionLost, StatusCode.unavailable),
            (.outcomeUnknown, .unknown),
            (.deadlineExceeded, .deadlineExceeded), (.cancelled, .cancelled),
            (.poolExhausted, .resourceExhausted), (.connectFailed, .unavailable),
            (.loginRefused, .internalError), (.invalidDSN, .internalError),
            (.invalidValue, .internalError), (.unexpectedResult, .internalError),
            (.rolledBack, .internalError), (.misuse, .internalError), (.closed, .unavailable),
        ]
    )
    func kinds(_ kind: PostgresError.Kind, _ code: StatusCode) {
        #expect(RPCError(PostgresError(kind, "words")).code == code)
    }

    @Test("may be tried again only where nothing can have happened")
    func retriable() {
        for state in ["40001", "40P01", "55P03", "57P01"] { #expect(server(state).isRetriable) }
        for state in ["23505", "57014", "42501"] { #expect(!server(state).isRetriable) }
        #expect(!PostgresError(.outcomeUnknown, "").isRetriable)
        #expect(PostgresError(.poolExhausted, "").isRetriable)
    }

    @Test("say what the server says, without the rows it quotes")
    func report() async throws {
        let fixture = try await PostgresFixture(
            """
            create schema s;
            create table s.a (
                b text constraint b_unique unique, c int constraint c_small check (c < 5)
            );
            alter table s.a alter column b set not null
            """
        )
        let insert = Statement("test.insert", "insert into s.a values ($1, $2)")
        try await fixture.write(insert, "canary", Int32(1))
        let twice = await failure { try await fixture.write(insert, "canary", Int32(1)) }
        #expect(twice?.constraint == "b_unique")
        #expect(twice?.report?.schema == "s" && twice?.report?.table == "a")
        #expect(twice?.report?.severity == "ERROR")
        #expect(twice.map { "\($0)".contains("canary") } == false)
        let large = await failure { try await fixture.write(insert, "b", Int32(9)) }
        #expect(large?.sqlState == .checkViolation && large?.constraint == "c_small")
        let null = await failure { try await fixture.write(insert, nil as String?, Int32(1)) }
        #expect(null?.sqlState == .notNullViolation && null?.report?.column == "b")
    }

    @Test(
        "of libpq while it connects are read for the server's code",
        arguments: [
            (
                "connection to server at \"::1\" failed: FATAL:  28P01: no\nLOCATION:  a.c:329",
                PostgresError.Kind.loginRefused, "28P01"
            ),
            (
                "connection to server on socket \"/x\" failed: FATAL:  53300: sorry",
                .connectFailed, "53300"
            ),
            (
                "connection to server on socket \"/x\" failed: No such file\n\tIs it running",
                .connectFailed, ""
            ),
        ]
    )
    func connecting(_ text: String, _ kind: PostgresError.Kind, _ state: String) {
        let error = PostgresError(connecting: text)
        #expect(error.kind == kind)
        #expect((error.sqlState?.description ?? "") == state)
        #expect(!error.message.contains("\n"))
    }
}
