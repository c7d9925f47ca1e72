/// An amount of something, day by day.
struct DaySeries: Sendable {
    /// What it is of.
    let dimensions: [String: String]
    /// By the days since 1970; what is not here is zero.
    private(set) var amounts: [Int32: Double] = [:]

    init(_ dimensions: [String: String]) { self.dimensions = dimensions }

    mutating func add(_ amount: Double, on day: Int32) { amounts[day, default: 0] += amount }

    /// The score of a day; nil if the series is too young.
    func score(on day: Int32, isCount: Bool) -> VolumeScore? {
        guard let first = amounts.keys.min() else { return nil }
        let before = (1...Int32(VolumeScore.mostWeeks)).map { day - 7 * $0 }
            .filter { $0 >= first }
        return VolumeScore(
            of: amounts[day] ?? 0,
            after: before.map { amounts[$0] ?? 0 },
            isCount: isCount
        )
    }

    /// How fresh it is at the end of a day.
    func freshness(at day: Int32) -> Freshness? { Freshness(of: amounts.keys, at: day) }

    /// Adds up what has the same dimensions.
    ///
    /// - Parameters:
    ///   - items: what there is.
    ///   - describe: the dimensions, the day and the amount of each.
    /// - Returns: the series.
    static func all<Item>(
        of items: [Item],
        _ describe: (Item) -> (dimensions: [String: String], day: Int32, amount: Double)
    ) -> [DaySeries] {
        var series: [[String: String]: DaySeries] = [:]
        for item in items {
            let (dimensions, day, amount) = describe(item)
            series[dimensions, default: DaySeries(dimensions)].add(amount, on: day)
        }
        return Array(series.values)
    }
}
