internal import Messages
internal import PathModels

extension AttributionV1.PathSummary {
    /// The length from which on all longer paths are counted as one.
    private static let longest = 50

    /// How the journeys of a table go.
    ///
    /// - Parameters:
    ///   - table: the journeys.
    ///   - count: how many paths are told.
    init(_ table: PathModels.PathTable, paths count: Int) {
        self.init()
        distinctPaths = Int64(table.count)
        conversions = Int64(table.totalConversions)
        nulls = Int64(table.totalNulls)
        value = table.totalValue.double
        var converted = [Int64](repeating: 0, count: Self.longest + 1)
        var lost = converted
        var touches = 0.0
        for path in 0..<table.count {
            let length = table.path(path).count
            converted[min(length, Self.longest)] += Int64(table.conversions[path])
            lost[min(length, Self.longest)] += Int64(table.nulls[path])
            touches += Double(length) * Double(table.conversions[path])
        }
        if table.totalConversions > 0 { meanTouches = touches / Double(table.totalConversions) }
        for length in converted.indices where converted[length] + lost[length] > 0 {
            var entry = Length()
            entry.touches = Int32(length)
            entry.conversions = converted[length]
            entry.nulls = lost[length]
            lengths.append(entry)
        }
        paths = Self.top(table, count).map { Path($0, of: table) }
    }

    /// The paths with most conversions; of those with as many the one that came first.
    private static func top(_ table: PathModels.PathTable, _ count: Int) -> ArraySlice<Int> {
        (0..<table.count).sorted { left, right in
            let (one, other) = (table.conversions[left], table.conversions[right])
            return one != other ? one > other : left < right
        }
        .prefix(count)
    }
}

extension AttributionV1.PathSummary.Path {
    fileprivate init(_ path: Int, of table: PathModels.PathTable) {
        self.init()
        steps = Self.steps(path, of: table)
        conversions = Int64(table.conversions[path])
        nulls = Int64(table.nulls[path])
        value = table.values[path].double
        if conversions + nulls > 0 {
            conversionRate = Double(conversions) / Double(conversions + nulls)
        }
    }

    fileprivate static func steps(_ path: Int, of table: PathModels.PathTable) -> [String] {
        let touches = table.path(path)
        return touches.indices.map { table.channels.names[Int(touches[$0])] }
    }
}
