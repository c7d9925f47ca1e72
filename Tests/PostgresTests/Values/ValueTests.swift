import TestKit
import Testing
import Wire

@testable import Postgres

@Suite("Values")
struct ValueTests {
    /// Writes a value, has the server print it, and reads it back.
    private func check<Value: PostgresValue & Equatable>(
        _ value: Value,
        _ statement: Statement,
        printed: String?,
        _ fixture: PostgresFixture,
        _ location: SourceLocation = #_sourceLocation
    ) async throws {
        let (text, read) = try await fixture.read(statement, value).one()
            .read(String?.self, Value.self)
        #expect(text == printed, sourceLocation: location)
        #expect(read == value, sourceLocation: location)
    }

    @Test("are what the server takes them for, both ways")
    func roundTrips() async throws {
        let fixture = try await PostgresFixture()
        let bool = Statement("test.bool", "select $1::text, $1")
        try await check(true, bool, printed: "true", fixture)
        try await check(nil as Bool?, bool, printed: nil, fixture)
        let int2 = Statement("test.int2", "select $1::int2::text, $1")
        try await check(Int16.min, int2, printed: "-32768", fixture)
        let int4 = Statement("test.int4", "select $1::int4::text, $1")
        try await check(Int32.max, int4, printed: "2147483647", fixture)
        let int8 = Statement("test.int8", "select $1::int8::text, $1")
        try await check(Int64.min, int8, printed: "-9223372036854775808", fixture)
        try await check(-1, int8, printed: "-1", fixture)
        let float4 = Statement("test.float4", "select $1::float4::text, $1")
        try await check(Float(1.5e-3), float4, printed: "0.0015", fixture)
        let float8 = Statement("test.float8", "select $1::float8::text, $1")
        try await check(
            Double.greatestFiniteMagnitude,
            float8,
            printed: "1.7976931348623157e+308",
            fixture
        )
        try await check(-Double.infinity, float8, printed: "-Infinity", fixture)
        let text = Statement("test.text", "select $1::text, $1")
        try await check("grüße 🇨🇭", text, printed: "grüße 🇨🇭", fixture)
        try await check("", text, printed: "", fixture)
        let bytea = Statement("test.bytea", "select encode($1, 'hex'), $1")
        let bytes = [UInt8](0...255)
        try await check(SharedBytes(bytes), bytea, printed: bytes.hexadecimal, fixture)
        try await check(SharedBytes([]), bytea, printed: "", fixture)
        let uuid = Statement("test.uuid", "select $1::text, $1")
        let name = try #require(PostgresUUID("0188d4f8-6c1e-7a3b-9c2d-1f2e3d4c5b6a"))
        try await check(name, uuid, printed: "0188d4f8-6c1e-7a3b-9c2d-1f2e3d4c5b6a", fixture)
        let json = Statement("test.jsonb", "select $1 ->> 'a', $1")
        try await check(PostgresJSON(#"{"a": "b"}"#), json, printed: "b", fixture)
    }

    @Test("of time are what the server prints, to both ends of what it knows")
    func times() async throws {
        let fixture = try await PostgresFixture()
        let moment = Statement("test.time", "select ($1 at time zone 'UTC')::text, $1")
        for (microseconds, text) in [
            (0, "1970-01-01 00:00:00"), (-1, "1969-12-31 23:59:59.999999"),
            (1_709_164_799_000_001, "2024-02-28 23:59:59.000001"),
            (PostgresTimestamp.range.lowerBound.microsecondsSince1970, "4714-11-24 00:00:00 BC"),
            (Int64.max, "294247-01-10 04:00:54.775807"),
        ] {
            let value = try #require(PostgresTimestamp(microsecondsSince1970: microseconds))
            try await check(value, moment, printed: text, fixture)
        }
        let day = Statement("test.date", "select $1::text, $1")
        for (days, text) in [
            (Int32(0), "1970-01-01"), (19_782, "2024-02-29"),
            (PostgresDate.range.lowerBound.daysSince1970, "4714-11-24 BC"),
            (PostgresDate.range.upperBound.daysSince1970, "5874897-12-31"),
        ] {
            let value = try #require(PostgresDate(daysSince1970: days))
            try await check(value, day, printed: text, fixture)
        }
        #expect(PostgresDate(daysSince1970: .min) == nil)
        #expect(PostgresTimestamp(microsecondsSince1970: .min) == nil)
        for infinite in [
            Statement("test.infinity", "select 'infinity'::timestamptz"),
            Statement("test.infinity", "select '-infinity'::timestamptz"),
        ] {
            let row = try await fixture.read(infinite).one()
            #expect(throws: PostgresError.self) { try row.read(PostgresTimestamp.self) }
        }
    }

    @Test("decimal are exact, to 38 digits, and others are refused")
    func decimals() async throws {
        let fixture = try await PostgresFixture()
        let numeric = Statement("test.numeric", "select $1::numeric::text, $1")
        var values: [PostgresDecimal] = []
        for scale in 0...38 {
            for coefficient: Int128 in [0, 1, -9, 10_000, 12_345_678, -100_000_000_000_000_007] {
                values.append(try #require(PostgresDecimal(coefficient: coefficient, scale: scale)))
            }
            for coefficient in [
                PostgresDecimal.largestCoefficient, -PostgresDecimal.largestCoefficient,
            ] {
                values.append(try #require(PostgresDecimal(coefficient: coefficient, scale: scale)))
            }
        }
        for value in values {
            try await check(value, numeric, printed: value.description, fixture)
        }
        let tooLarge = PostgresDecimal.largestCoefficient + 1
        #expect(PostgresDecimal(coefficient: tooLarge, scale: 0) == nil)
        #expect(PostgresDecimal(coefficient: 1, scale: 39) == nil)
        let others = Statement(
            "test.other_numerics",
            """
            select 'NaN'::numeric union all select 'Infinity' union all select 1e38
            union all select 1e-39
            """
        )
        for row in try await fixture.read(others) {
            #expect(throws: PostgresError.self) { try row.read(PostgresDecimal.self) }
        }
    }

    @Test("in arrays keep their order and their nulls")
    func arrays() async throws {
        let fixture = try await PostgresFixture()
        let ints = Statement("test.ints", "select $1::int8[]::text, $1")
        try await check([1, -2, 3], ints, printed: "{1,-2,3}", fixture)
        try await check([Int](), ints, printed: "{}", fixture)
        try await check([1, nil, 3], ints, printed: "{1,NULL,3}", fixture)
        let texts = Statement("test.texts", "select $1::text[]::text, $1")
        try await check(["a", "", "b,c"], texts, printed: #"{a,"","b,c"}"#, fixture)
        let floats = Statement("test.floats", "select $1::float8[]::text, $1")
        try await check([0.5, -0.25], floats, printed: "{0.5,-0.25}", fixture)
        let decimals = Statement("test.decimals", "select $1::numeric[]::text, $1")
        let cents = try #require(PostgresDecimal(coefficient: 1_050, scale: 2))
        try await check([cents], decimals, printed: "{10.50}", fixture)
        let nested = Statement("test.nested", "select '{{1,2},{3,4}}'::int8[]")
        let row = try await fixture.read(nested).one()
        #expect(throws: PostgresError.self) { try row.read([Int].self) }
    }

    @Test("of columns are bound from the rows that have them")
    func columns() async throws {
        let fixture = try await PostgresFixture()
        let statement = Statement("test.columns", "select $1::int8[]::text, $2::text[]::text")
        let rows: [(Int, String?)] = [(7, "a"), (-8, nil), (9, "c,d")]
        for count in 0...3 {
            let part = Array(rows.prefix(count))
            let numbers = PostgresColumn(of: part) { $0.0 }
            let texts = PostgresColumn(of: part) { $0.1 }
            let printed = try await fixture.read(statement, numbers, texts).one()
                .read(String.self, String.self)
            let expected = try await fixture.read(statement, part.map(\.0), part.map(\.1)).one()
                .read(String.self, String.self)
            #expect(printed == expected)
        }
    }

    @Test("of other types, nulls, and other numbers of columns are errors that name the place")
    func mismatches() async throws {
        let fixture = try await PostgresFixture()
        let statement = Statement(
            "test.mixed",
            "select 1::int4 as a, null::text as b, 'x'::text as c"
        )
        let row = try await fixture.read(statement).one()
        #expect(try row.read(Int.self, String?.self, String.self) == (1, nil, "x"))
        let cases: [(String, () throws -> Void)] = [
            ("column 0 (a) has type 23, no Int16", { _ = try row.read(Int16.self, at: 0) }),
            ("column 1 (b) is null", { _ = try row.read(String.self, at: 1) }),
            ("3 columns, not 1", { _ = try row.read(Int.self) }),
            ("no column 3 of 3", { _ = try row.read(Int.self, at: 3) }),
        ]
        for (message, body) in cases {
            let error = #expect(throws: PostgresError.self) { try body() }
            #expect(error?.kind == .unexpectedResult)
            #expect(error?.message == message)
            #expect(error?.queryName == "test.mixed")
        }
        let none = Statement("test.none", "select 1 where false")
        await #expect(throws: PostgresError.self) { try await fixture.read(none).one() }
        #expect(try await fixture.read(none).atMostOne() == nil)
    }

    @Test("that are cut short or lie about their lengths are refused")
    func damaged() {
        func read<Value: PostgresDecodable>(
            _ type: Value.Type,
            _ bytes: [UInt8],
            _ as: PostgresType
        ) -> Value? {
            Value.read(bytes.rawBytes, as: `as`)
        }
        #expect(read(Int.self, [1, 2, 3], .int8) == nil)
        #expect(read(Bool.self, [], .bool) == nil)
        #expect(read(PostgresUUID.self, [1], .uuid) == nil)
        #expect(read(String.self, [0xff, 0xfe], .text) == nil)
        #expect(read(PostgresJSON.self, [2, 0x7b], .jsonb) == nil)
        var array = PostgresWriter()
        [1, 2, 3].write(to: &array)
        let written = Array(copying: array.bytes)
        for count in written.indices {
            #expect([Int].read(written.rawBytes.extracting(0..<count), as: .int8) == nil)
        }
        for index in written.indices {
            // No change may crash; most are refused.
            var bytes = written
            bytes[index] ^= 0x81
            _ = [Int].read(bytes.rawBytes, as: .int8)
        }
        var numeric = PostgresWriter()
        PostgresDecimal(coefficient: -123_456_789, scale: 4)?.write(to: &numeric)
        let digits = Array(copying: numeric.bytes)
        for index in digits.indices {
            var bytes = digits
            bytes[index] ^= 0xa5
            _ = PostgresDecimal.read(bytes.rawBytes, as: .numeric)
            #expect(read(PostgresDecimal.self, Array(bytes[..<index]), .numeric) == nil)
        }
    }
}
