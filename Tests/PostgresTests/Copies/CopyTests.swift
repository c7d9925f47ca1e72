import TestKit
import Testing
import Wire

@_spi(PostgresSessions) @testable import Postgres

@Suite("COPY")
struct CopyTests {
    private struct Mishap: Error {}

    private static let table = """
        create table a (
            id int8 primary key, flag bool, name text, amount numeric, at timestamptz, day date,
            blob bytea, tags text[], score float8, doc jsonb
        )
        """
    private let into = CopyStatement("test.copy_in", "copy a from stdin (format binary)")
    private let from = CopyStatement(
        "test.copy_out",
        "copy (select * from a order by id) to stdout (format binary)"
    )
    private let count = Statement("test.count", "select count(*) from a")

    private typealias Cells = (
        Int, Bool?, String, PostgresDecimal, PostgresTimestamp, PostgresDate, SharedBytes, [String],
        Double, PostgresJSON
    )

    private func cells(_ number: Int, _ generator: inout SeededGenerator) throws -> Cells {
        (
            number, [true, false, nil][number % 3], generator.text(withNUL: false),
            try #require(PostgresDecimal(coefficient: Int128(number * 31), scale: number % 5)),
            try #require(PostgresTimestamp(microsecondsSince1970: Int64(number) * 1_000_003)),
            try #require(PostgresDate(daysSince1970: Int32(number))),
            SharedBytes(generator.bytes()), ["a", "\(number)"], Double(number) / 7,
            PostgresJSON("[\(number)]")
        )
    }

    @Test("takes rows to the server and back unchanged", arguments: [UInt64(1), 2])
    func roundTrip(_ seed: UInt64) async throws {
        let fixture = try await PostgresFixture(Self.table)
        let total = 3_000
        let sent = try await fixture.transaction { transaction in
            var generator = SeededGenerator(seed: seed)
            return try await transaction.copyIn(into) { rows in
                for number in 0..<total {
                    let c = try cells(number, &generator)
                    try await rows.write(c.0, c.1, c.2, c.3, c.4, c.5, c.6, c.7, c.8, c.9)
                }
            }
        }
        #expect(sent == total)
        #expect(try await fixture.read(count).one().read(Int.self) == total)
        let received = try await fixture.transaction { transaction in
            var generator = SeededGenerator(seed: seed)
            return try await transaction.copyOut(from) { rows in
                var number = 0
                while let row = try await rows.next(
                    Int.self,
                    Bool?.self,
                    String.self,
                    PostgresDecimal.self,
                    PostgresTimestamp.self,
                    PostgresDate.self,
                    SharedBytes.self,
                    [String].self,
                    Double.self,
                    PostgresJSON.self
                ) {
                    let c = try cells(number, &generator)
                    try #require(
                        row.0 == c.0 && row.1 == c.1 && row.2 == c.2 && row.3 == c.3
                            && row.4 == c.4 && row.5 == c.5 && row.6 == c.6 && row.7 == c.7
                            && row.8 == c.8 && row.9 == c.9
                    )
                    number += 1
                }
                return number
            }
        }
        #expect(received == total)
        // The connections went on: none was lost over it.
        #expect(await fixture.pool.statistics.lost == 0)
    }

    @Test("stops early when the server refuses a row, and says why")
    func refused() async throws {
        let fixture = try await PostgresFixture("create table a (b int8 primary key)")
        let big = CopyStatement("test.copy_big", "copy a from stdin (format binary)")
        var written = 0
        let error = await failure {
            try await fixture.transaction { transaction in
                try await transaction.copyIn(big) { rows in
                    // The third row is the second again; there would be fifty million.
                    for number in 0..<50_000_000 {
                        try await rows.write(number == 2 ? 1 : number)
                        written = number
                    }
                }
            }
        }
        #expect(error?.sqlState == .uniqueViolation)
        #expect(error?.constraint == "a_pkey")
        #expect(error?.queryName == "test.copy_big")
        #expect(written < 40_000_000)
        #expect(try await fixture.read(count).one().read(Int.self) == 0)
        #expect(await fixture.pool.statistics.lost == 0)
    }

    @Test("is undone when its closure throws, and inside a savepoint alone")
    func thrown() async throws {
        let fixture = try await PostgresFixture("create table a (b int8)")
        let copy = CopyStatement("test.copy", "copy a from stdin (format binary)")
        try await fixture.transaction { transaction in
            await #expect(throws: Mishap.self) {
                try await transaction.savepoint {
                    try await transaction.copyIn(copy) { rows in
                        for number in 0..<100_000 { try await rows.write(number) }
                        throw Mishap()
                    }
                }
            }
            let kept = try await transaction.copyIn(copy) { try await $0.write(1) }
            #expect(kept == 1)
            #expect(try await transaction.query(count).one().read(Int.self) == 1)
        }
        #expect(await fixture.pool.statistics.lost == 0)
    }

    @Test("of rows that do not fit is an error of the row")
    func unfit() async throws {
        let fixture = try await PostgresFixture("create table a (b int8, c text)")
        let copy = CopyStatement("test.copy", "copy a from stdin (format binary)")
        let wrongCount = await failure {
            try await fixture.transaction { try await $0.copyIn(copy) { try await $0.write(1) } }
        }
        #expect(wrongCount?.sqlState == SQLState("22P04"))
        let wrongText = await failure {
            try await fixture.transaction {
                try await $0.copyIn(copy) { try await $0.write(1, "\u{0}") }
            }
        }
        #expect(wrongText?.kind == .invalidValue)
        let noTable = await failure {
            let missing = CopyStatement("test.missing", "copy no_table from stdin (format binary)")
            try await fixture.transaction { try await $0.copyIn(missing) { _ in } }
        }
        #expect(noTable?.sqlState == SQLState("42P01"))
        #expect(try await fixture.transaction { try await $0.copyIn(copy) { _ in } } == 0)
        #expect(await fixture.pool.statistics.lost == 0)
    }

    @Test("from the server that is not read to its end costs the connection alone")
    func leftEarly() async throws {
        let fixture = try await PostgresFixture { $0.maximumConnections = 1 }
        let series = CopyStatement(
            "test.series",
            "copy (select generate_series(1, 100000000)::int8) to stdout (format binary)"
        )
        let first = await failure {
            try await fixture.transaction { transaction in
                try await transaction.copyOut(series) { rows in
                    let numbers = [try await rows.next(Int.self), try await rows.next(Int.self)]
                    #expect(numbers == [1, 2])
                }
            }
        }
        #expect(first?.kind == .connectionLost)
        let wrong = await failure {
            try await fixture.transaction { transaction in
                try await transaction.copyOut(series) { _ = try await $0.next(Int.self, Int.self) }
            }
        }
        #expect(wrong?.kind == .unexpectedResult)
        let one = Statement("test.one", "select 1")
        #expect(try await fixture.read(one).count == 1)
    }
}
