import Numerics
import Testing
import Wire

@testable import PathModels

@Suite("Builders of tables")
struct PathTableBuilderTests {
    /// Names of up to 40 bytes, many with the same beginnings and ends, and some beyond ASCII.
    private static func name(_ random: inout RandomStream) -> String {
        let middle = String(repeating: "m", count: random.integer(below: 16))
        let letter = ["a", "b", "ü", "€"][random.integer(below: 4)]
        return switch random.integer(below: 4) {
        case 0: letter
        case 1: middle + letter
        case 2: letter + middle
        default: "channel_" + middle + letter + middle + "_channel"
        }
    }

    private static func rows(_ seed: UInt64, _ count: Int) -> [(path: [String], nulls: Int)] {
        var random = RandomStream(seed: seed)
        let names = (0..<50).map { _ in name(&random) }
        return (0..<count).map { _ in
            let length = 1 + random.integer(below: 4) * random.integer(below: 4)
            return ((0..<length).map { _ in names[random.integer(below: 50)] }, 1)
        }
    }

    @Test("make the table that rows make one by one", arguments: 1...6 as ClosedRange<UInt64>)
    func rows(seed: UInt64) throws {
        let separator = try #require(PathSeparator([">", " -> ", "  "][Int(seed % 3)]))
        let between = [" > ", "->", "  "][Int(seed % 3)]
        var builder = PathTableBuilder()
        var table = PathTable()
        // A slow obvious table: paths by their names.
        var counts: [[String]: Int] = [:]
        var order: [[String]] = []
        for (path, nulls) in Self.rows(seed, 3_000) {
            if counts[path] == nil { order.append(path) }
            counts[path, default: 0] += nulls
            let bytes = Array(path.joined(separator: between).utf8)
            if seed % 2 == 0 {
                try builder.append(
                    text: bytes.rawBytes,
                    separator: separator,
                    conversions: 0,
                    value: .zero,
                    nulls: nulls
                )
            } else {
                var steps: [ChannelNames.ID] = []
                for name in path { steps.append(try builder.channel(name)) }
                try builder.append(steps.span, conversions: 0, value: .zero, nulls: nulls)
            }
            try table.append(
                text: bytes.rawBytes,
                separator: separator,
                conversions: 0,
                value: .zero,
                nulls: nulls
            )
        }
        let built = builder.build()
        #expect(built.rows.map(\.path) == order)
        #expect(built.nulls == order.map { counts[$0] ?? 0 })
        #expect(built.channels == table.channels && built.totalNulls == 3_000)
        #expect(table.rows.map(\.path) == order && table.nulls == built.nulls)
        // Each path is found where it is.
        for path in 0..<built.count { #expect(built.find(built.path(path)) == path) }
    }

    @Test("refuse the row that a table refuses, and go on")
    func failures() throws {
        var builder = PathTableBuilder()
        let long = Array(repeating: "a", count: 10_001).joined(separator: ">")
        let rows: [(String, Int, Int, AttributionFailure?)] = [
            ("a > b", 1, 3, nil), (" > ", 0, 1, .emptyPath), ("", 0, 1, .emptyPath),
            ("a", -1, 1, .countOutOfRange(field: "conversions", count: -1)),
            (long, 0, 1, .pathTooLong(touches: 10_001, most: 10_000)),
            ("a", 0, 1 << 52, .countOutOfRange(field: "nulls", count: 1 << 52)),
            ("b > a", 0, 2, nil), ("a>b", 0, 4, nil),
        ]
        for (text, conversions, nulls, failure) in rows {
            let bytes = Array(text.utf8)
            let thrown = Self.failure { () throws(AttributionFailure) in
                try builder.append(
                    text: bytes.rawBytes,
                    conversions: conversions,
                    value: .zero,
                    nulls: nulls
                )
            }
            #expect(thrown == failure)
        }
        #expect(throws: AttributionFailure.unknownChannel(7)) {
            try builder.append([7].span, conversions: 0, value: .zero, nulls: 1)
        }
        let table = builder.build()
        #expect(table.rows.map(\.path) == [["a", "b"], ["b", "a"]])
        #expect(table.conversions == [1, 0] && table.nulls == [7, 2] && table.totalNulls == 9)
    }

    @Test("take and refuse what a table does that is nearly full")
    func full() throws {
        var builder = PathTableBuilder(mostTouches: 11_000)
        var table = PathTable(mostTouches: 11_000)
        var refused = 0
        var random = RandomStream(seed: 7)
        for _ in 0..<900 {
            let length = 1 + random.integer(below: 60)
            let path = (0..<length).map { "c\($0 * random.integer(below: 3) % 7)" }
            let bytes = Array(path.joined(separator: ">").utf8)
            let failures = [
                Self.failure { () throws(AttributionFailure) in
                    try builder.append(text: bytes.rawBytes, conversions: 0, value: .zero, nulls: 1)
                },
                Self.failure { () throws(AttributionFailure) in
                    try table.append(text: bytes.rawBytes, conversions: 0, value: .zero, nulls: 1)
                },
            ]
            #expect(failures[0] == failures[1])
            refused += failures[0] == nil ? 0 : 1
        }
        let built = builder.build()
        #expect(built.rows.map(\.path) == table.rows.map(\.path) && built.nulls == table.nulls)
        #expect((1..<900).contains(refused))
    }

    private static func failure(
        _ body: () throws(AttributionFailure) -> Void
    ) -> AttributionFailure? {
        do throws(AttributionFailure) {
            try body()
            return nil
        } catch {
            return error
        }
    }

    @Test("tell names apart that differ in one byte, wherever they stand")
    func names() throws {
        var names: [String] = []
        for length in 1...40 {
            for place in 0..<length {
                var name = Array(repeating: UInt8(ascii: "x"), count: length)
                name[place] = UInt8(ascii: "y")
                names.append(String(decoding: name, as: UTF8.self))
            }
            names.append(String(repeating: "x", count: length))
        }
        var channels = ChannelNames()
        for (number, name) in names.enumerated() {
            #expect(channels.existing(name) == nil)
            #expect(try Int(channels.id(of: name)) == number)
        }
        for (number, name) in names.enumerated() {
            #expect(channels.existing(name).map(Int.init) == number)
        }
        // In texts their neighbours are others each time.
        let separator = PathSeparator.angle
        var steps = [ChannelNames.ID](repeating: 0, count: PathTable.mostTouchesPerPath)
        var random = RandomStream(seed: 5)
        for _ in 0..<2_000 {
            let path = (0..<random.integer(below: 4)).map { _ in random.integer(below: names.count)
            }
            let text = path.map { names[$0] }.joined(
                separator: random.uniform() < 0.5 ? ">" : " > "
            )
            let bytes = Array(text.utf8)
            let count = try channels.split(bytes.rawBytes, separator, into: &steps, from: 3)
            #expect(steps[3..<3 + count].map(Int.init) == path)
        }
    }
}
