import Testing
import Wire

@testable import PathModels

@Suite("Tables of paths")
struct PathTableTests {
    @Test("make equal paths one, whatever stands around their channels")
    func text() throws {
        var table = PathTable()
        try table.add("a > b >a", conversions: 1, value: 0.1, nulls: 2)
        try table.add("  a>b > > a > ", conversions: 2, value: 0.2)
        let arrow = try #require(PathSeparator(" -> "))
        try table.add("a -> b->a", separator: arrow, conversions: 3, value: 0.3, nulls: 1)
        try table.add("a - b -> > ->", separator: arrow, nulls: 1)
        #expect(table.count == 2)
        #expect(table.rows[0].path == ["a", "b", "a"])
        #expect(table.conversions == [6, 0] && table.nulls == [3, 1])
        #expect(table.rows[1].path == ["a - b", ">"])
        // A sum of tenths is exact.
        #expect(try table.values[0] == PathValue(coefficient: 6, scale: 1))
        #expect(PathSeparator("") == nil)
        let blank = try #require(PathSeparator(" "))
        var words = PathTable()
        try words.add("a  b", separator: blank, nulls: 1)
        #expect(words.rows[0].path == ["a", "b"])
    }

    @Test("know many channels and paths again", arguments: [false, true])
    func many(isTimed: Bool) throws {
        var table = PathTable(isTimed: isTimed)
        for channel in 0..<1_000 { #expect(try Int(table.channel("c\(channel)")) == channel) }
        for channel in 0..<1_000 { #expect(try Int(table.channel("c\(channel)")) == channel) }
        for round in 1...2 {
            for number in 0..<5_000 {
                let path = [ChannelNames.ID(number % 1_000), ChannelNames.ID(number / 1_000)]
                let ages: [UInt32] = isTimed ? [9, UInt32(number % 7)] : []
                try table.append(
                    path.span,
                    ages: ages.span,
                    conversions: 0,
                    value: .zero,
                    nulls: round
                )
                #expect(table.find(path.span, ages: ages.span) == number)
            }
        }
        #expect(table.count == 5_000)
        #expect(table.nulls.allSatisfy { $0 == 3 })
        #expect(table.channels.existing("nobody") == nil)
    }

    @Test("keep journeys apart that took other times, until times go")
    func times() throws {
        var table = PathTable(isTimed: true)
        let path = [try table.channel("a"), try table.channel("b")]
        for ages in [[5, 1], [5, 2], [5, 1]] as [[UInt32]] {
            try table.append(
                path.span,
                ages: ages.span,
                conversions: 1,
                value: PathValue(2),
                nulls: 1
            )
        }
        #expect(table.count == 2 && table.conversions == [2, 1])
        let plain = try table.withoutTimes()
        #expect(plain.count == 1 && plain.conversions == [3] && !plain.isTimed)
        #expect(plain.totalValue == table.totalValue)
        let failure = AttributionFailure.timesDisordered
        for ages in [[1, 2], [1], []] as [[UInt32]] {
            #expect(throws: failure) {
                try table.append(
                    path.span,
                    ages: ages.span,
                    conversions: 0,
                    value: .zero,
                    nulls: 1
                )
            }
        }
        #expect(throws: AttributionFailure.timesMissing) { try table.merge(plain) }
        #expect(throws: AttributionFailure.timesMissing) { try table.add("a > b", nulls: 1) }
        var other = plain
        #expect(throws: AttributionFailure.timesUnexpected) { try other.merge(table) }
        let age: [UInt32] = [1, 1]
        #expect(throws: AttributionFailure.timesUnexpected) {
            try other.append(path.span, ages: age.span, conversions: 0, value: .zero, nulls: 1)
        }
    }

    @Test("refuse what makes no sense, and are then as before")
    func failures() throws {
        var table = PathTable(mostTouches: 20_000)
        try table.add("a > b", conversions: 1, value: 2, nulls: 3)
        let before = table.rows.map(\.path)
        func refuses(
            _ failure: AttributionFailure,
            _ body: (inout PathTable) throws -> Void
        ) {
            #expect(throws: failure) { try body(&table) }
            #expect(table.rows.map(\.path) == before && table.totalConversions == 1)
            #expect(table.find([0, 1].span) == 0, "the path is still found")
            #expect(!failure.description.isEmpty)
        }
        refuses(.emptyPath) { try $0.add(" > >", nulls: 1) }
        refuses(.emptyPath) { try $0.add("", nulls: 1) }
        refuses(.countOutOfRange(field: "conversions", count: -1)) {
            try $0.add("a", conversions: -1)
        }
        refuses(.countOutOfRange(field: "nulls", count: -2)) { try $0.add("a", nulls: -2) }
        refuses(.countOutOfRange(field: "nulls", count: 1 << 52)) {
            try $0.add("a", nulls: 1 << 52)
        }
        refuses(.valueWithoutConversion) { try $0.add("a", value: 1, nulls: 1) }
        for value in [-1, .nan, .infinity, -.infinity, 1e19] {
            refuses(.valueOutOfRange("\(value)")) { try $0.add("a", conversions: 1, value: value) }
        }
        let long = Array(repeating: "a", count: 10_001).joined(separator: ">")
        refuses(.pathTooLong(touches: 10_001, most: 10_000)) { try $0.add(long, nulls: 1) }
        refuses(.unknownChannel(7)) {
            try $0.append([7].span, conversions: 0, value: .zero, nulls: 1)
        }
        refuses(.channelNotText) {
            let text: [UInt8] = [UInt8(ascii: "a"), 0xff]
            try $0.append(
                text: text.span.asRawSpan,
                conversions: 0,
                value: .zero,
                nulls: 1
            )
        }
        refuses(.emptyChannelName) { _ = try $0.channel("") }
        refuses(.tableTooLarge(most: 20_000)) { table in
            var copy = table
            for channel in 0..<3 {
                let path = ["a"] + Array(repeating: "b", count: 9_990 + channel)
                try copy.add(path.joined(separator: ">"), nulls: 1)
            }
        }
    }

    @Test("take 65,000 channels, and not one more")
    func channels() throws {
        var names = ChannelNames()
        for channel in 0..<65_000 { #expect(try Int(names.id(of: "c\(channel)")) == channel) }
        #expect(throws: AttributionFailure.tooManyChannels(most: 65_000, for: "a table")) {
            try names.id(of: "one more")
        }
        #expect(names.existing("c64999") == 64_999)
    }

    @Test("hold values to the twelfth digit")
    func values() throws {
        #expect(try PathValue(0.1).units == 100_000_000_000)
        #expect(try PathValue(coefficient: 123, scale: 2) == PathValue(1.23))
        #expect(try PathValue(coefficient: 15, scale: 13).units == 2)
        #expect(try PathValue(coefficient: 149, scale: 14).units == 1)
        #expect(try PathValue(coefficient: 7, scale: 0).double == 7)
        #expect(try PathValue(1e18).double == 1e18)
        #expect(throws: AttributionFailure.self) { try PathValue(coefficient: -1, scale: 0) }
        for scale in [39, -1, .max, .min] {
            #expect(throws: AttributionFailure.self) { try PathValue(coefficient: 1, scale: scale) }
        }
        #expect(throws: AttributionFailure.self) { try PathValue(coefficient: .max, scale: 0) }
        #expect(throws: AttributionFailure.self) {
            try PathValue(coefficient: 1_000_000_000_000_000_001, scale: 0)
        }
        #expect(try PathValue(coefficient: .max, scale: 38).units == 1_701_411_834_605)
        // The highest coefficient is rounded up to ten times less, which is too much all the same.
        #expect(throws: AttributionFailure.self) { try PathValue(coefficient: .max, scale: 13) }
    }

    @Test("are transformed as the words say")
    func transforms() throws {
        var table = PathTable()
        try table.add("d > a > b > b > c > d > c > c", conversions: 1, value: 3)
        try table.add("c > c", nulls: 2)
        let results: [(PathTransform, String, String)] = [
            (.unique, "dabbcdcc", "cc"), (.exposure, "dabcdc", "c"), (.first, "dabc", "c"),
            (.cap(2), "dabbcdc", "cc"), (.removeIfLastAndNotAll("c"), "dabbcd", "cc"),
            (.removeIfNotAll("c"), "dabbd", "cc"), (.removeIfNotAll("x"), "dabbcdcc", "cc"),
        ]
        for (transform, first, second) in results {
            let paths = try transform.apply(to: table).rows.map { $0.path.joined() }
            #expect(paths == [first, second], "\(transform)")
        }
        let frequency = try PathTransform.frequency.apply(to: table)
        #expect(frequency.rows.map(\.path) == [["d (2)", "a (1)", "b (2)", "c (3)"], ["c (2)"]])
        #expect(frequency.totalValue == table.totalValue && frequency.totalNulls == 2)
        for cap in [0, 10_001] {
            #expect(throws: AttributionFailure.self) {
                try PathTransform.cap(cap).apply(to: table)
            }
        }
        // Paths that have become equal are one.
        try table.add("c > c > c", conversions: 1, value: 1)
        #expect(try PathTransform.exposure.apply(to: table).count == 2)
    }

    @Test("keep the times of the touches that stay")
    func timedTransform() throws {
        var table = PathTable(isTimed: true)
        let (a, b) = (try table.channel("a"), try table.channel("b"))
        try table.append(
            [a, a, b, a].span,
            ages: [9, 7, 5, 1].span,
            conversions: 1,
            value: .zero,
            nulls: 0
        )
        let exposure = try PathTransform.exposure.apply(to: table)
        #expect(exposure.find([a, b, a].span, ages: [7, 5, 1].span) == 0)
        let first = try PathTransform.first.apply(to: table)
        #expect(first.find([a, b].span, ages: [9, 5].span) == 0)
    }
}
