/// All to the first touch.
public struct FirstTouch: PathRule {
    /// `first`.
    public let name = "first"

    /// The model.
    public init() {}

    /// 1 for the first.
    public func divide(_ path: Int, of table: PathTable, _ shares: inout MutableSpan<Double>) {
        shares[0] = 1
    }
}

/// All to the last touch.
public struct LastTouch: PathRule {
    /// `last`.
    public let name = "last"

    /// The model.
    public init() {}

    /// 1 for the last.
    public func divide(_ path: Int, of table: PathTable, _ shares: inout MutableSpan<Double>) {
        shares[shares.count - 1] = 1
    }
}

/// All to the last touch that is not direct; to the last one, where all are.
public struct LastNonDirect: PathRule {
    /// `last_non_direct`.
    public let name = "last_non_direct"
    /// The names of the channels that say nothing of where somebody came from.
    public let direct: [String]

    /// The model.
    ///
    /// - Parameter direct: the names of direct channels; those that no journey has do no harm.
    public init(direct: [String] = ["direct"]) { self.direct = direct }

    /// 1 for the one.
    public func divide(_ path: Int, of table: PathTable, _ shares: inout MutableSpan<Double>) {
        let ids = direct.compactMap(table.channels.existing)
        let touches = table.path(path)
        var last = touches.count - 1
        while last >= 0, ids.contains(touches[last]) { last -= 1 }
        shares[last < 0 ? touches.count - 1 : last] = 1
    }
}

/// The same to each touch.
public struct Linear: PathRule {
    /// `linear`.
    public let name = "linear"

    /// The model.
    public init() {}

    /// One nth each.
    public func divide(_ path: Int, of table: PathTable, _ shares: inout MutableSpan<Double>) {
        let share = 1 / Double(shares.count)
        for touch in shares.indices { shares[touch] = share }
    }
}

/// To each touch half as much as to one that was a half-life later.
public struct TimeDecay: PathRule {
    /// `decay`.
    public let name = "decay"
    /// In how many seconds a touch loses half of its weight.
    public let halfLife: Double
    /// Half-lives, in seconds: from a minute to ten years.
    public static let halfLives = 60...315_360_000.0

    /// The model.
    ///
    /// - Parameter halfLife: in how many seconds a touch loses half of its weight.
    /// - Throws: ``AttributionFailure/parameterOutOfRange(_:value:range:)``.
    public init(halfLife: Double = 604_800) throws(AttributionFailure) {
        guard Self.halfLives.contains(halfLife) else {
            throw .parameterOutOfRange("half_life", value: halfLife, range: Self.halfLives)
        }
        self.halfLife = halfLife
    }

    /// Without times there is no decay.
    public var times: TimesUse { .needed }

    /// 2 to the power of minus the half-lives before the last touch, which is 1: nothing vanishes.
    public func divide(_ path: Int, of table: PathTable, _ shares: inout MutableSpan<Double>) {
        let ages = table.ages(path)
        let youngest = ages[ages.count - 1]
        var sum = 0.0
        for touch in shares.indices {
            shares[touch] = HalfLives.power(Double(ages[touch] - youngest) / halfLife)
            sum += shares[touch]
        }
        for touch in shares.indices { shares[touch] /= sum }
    }
}
