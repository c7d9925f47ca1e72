/// A model that looks at one journey at a time: its credit of touches is its credit.
public protocol PathRule: AttributionModel {
    /// What it does with the times of touches.
    var times: TimesUse { get }

    /// How a journey's conversion is divided among its touches.
    ///
    /// - Parameters:
    ///   - path: the number of the journey's path.
    ///   - table: the table that has it.
    ///   - shares: one number for each touch, zeros when it is called; what it leaves adds up to 1.
    func divide(_ path: Int, of table: PathTable, _ shares: inout MutableSpan<Double>)
}

/// What a rule does with times.
public enum TimesUse: Sendable {
    /// It takes no notice of them.
    case ignored
    /// It has no credit without them.
    case needed
    /// It compares paths with each other, which times would keep apart: it takes a table after
    /// ``PathTable/withoutTimes()``.
    case refused

    func check(_ table: PathTable) throws(AttributionFailure) {
        switch self {
        case .ignored: return
        case .needed: if !table.isTimed { throw .timesMissing }
        case .refused: if table.isTimed { throw .timesUnexpected }
        }
    }
}

extension PathRule {
    /// Most rules take no notice of times.
    public var times: TimesUse { .ignored }

    /// The sum over all touches.
    public func credit(_ table: PathTable) throws(AttributionFailure) -> Credit {
        try table.needConversions()
        try times.check(table)
        var conversions = [Double](repeating: 0, count: table.channels.count)
        var value = conversions
        var shares: [Double] = []
        for path in 0..<table.count where table.conversions[path] > 0 {
            let touches = table.path(path)
            shares.removeAll(keepingCapacity: true)
            shares.append(contentsOf: repeatElement(0, count: touches.count))
            var places = shares.mutableSpan
            divide(path, of: table, &places)
            let count = Double(table.conversions[path])
            let worth = table.values[path].double
            for touch in touches.indices {
                conversions[Int(touches[touch])] += shares[touch] * count
                value[Int(touches[touch])] += shares[touch] * worth
            }
        }
        return Credit(conversions: conversions, value: value)
    }

    /// The credit of each touch of one journey, as a share of its conversion.
    ///
    /// - Parameters:
    ///   - path: the number of the journey's path.
    ///   - table: the table that has it.
    /// - Returns: one share for each touch; they add up to 1.
    /// - Throws: ``AttributionFailure``, if times are missing, or too much.
    public func touchShares(
        _ path: Int,
        of table: PathTable
    ) throws(AttributionFailure) -> [Double] {
        try times.check(table)
        var shares = [Double](repeating: 0, count: table.path(path).count)
        var places = shares.mutableSpan
        divide(path, of: table, &places)
        return shares
    }
}
