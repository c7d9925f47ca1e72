/// Fixed weights for the first and the last touch; those between share the rest.
///
/// 40/20/40 unless told otherwise. Of two touches, each has its weight's share of the two; one has
/// all. Where both weights are 0 and no touch is between, touches share alike.
public struct PositionBased: PathRule {
    /// `position`.
    public let name = "position"
    /// The weight of the first touch.
    public let first: Double
    /// The weight of the last touch.
    public let last: Double

    /// The model.
    ///
    /// - Parameters:
    ///   - first: the weight of the first touch, from 0 to 1.
    ///   - last: the weight of the last.
    /// - Throws: ``AttributionFailure``, if one is out of range or both are above 1 together.
    public init(first: Double = 0.4, last: Double = 0.4) throws(AttributionFailure) {
        for (name, weight) in [("first", first), ("last", last)] where !(0...1).contains(weight) {
            throw .parameterOutOfRange(name, value: weight, range: 0...1)
        }
        guard first + last <= 1 else { throw .weightsAboveOne(first: first, last: last) }
        self.first = first
        self.last = last
    }

    /// The weights, and what is left between them.
    public func divide(_ path: Int, of table: PathTable, _ shares: inout MutableSpan<Double>) {
        let end = shares.count - 1
        if end < 2 {
            let both = first + last
            shares[0] = end == 0 ? 1 : both == 0 ? 0.5 : first / both
            if end == 1 { shares[1] = both == 0 ? 0.5 : last / both }
            return
        }
        let between = (1 - first - last) / Double(end - 1)
        for touch in 1..<end { shares[touch] = between }
        shares[0] = first
        shares[end] = last
    }
}

/// 30 % each to the first touch, to the one that made a lead and to the one that made an
/// opportunity, and 10 % to all others.
///
/// Tables have no milestones, so the lead is the touch in the middle, or the later of the two
/// there, and the opportunity is the last touch. ``divide(_:lead:opportunity:)`` takes others.
public struct WShaped: PathRule {
    /// `w`.
    public let name = "w"

    /// The model.
    public init() {}

    /// The weights of milestones at their usual places.
    public func divide(_ path: Int, of table: PathTable, _ shares: inout MutableSpan<Double>) {
        let count = shares.count
        Self.divide(&shares, lead: count / 2, opportunity: count - 1)
    }

    /// Divides a journey by its milestones.
    ///
    /// Milestones that one touch is add up at it. Where no other touch is there for the last 10 %,
    /// milestones have them too.
    ///
    /// - Parameters:
    ///   - shares: one for each touch; all are written.
    ///   - lead: which touch made the lead.
    ///   - opportunity: which touch made the opportunity.
    public static func divide(
        _ shares: inout MutableSpan<Double>,
        lead: Int,
        opportunity: Int
    ) {
        for touch in shares.indices { shares[touch] = 0 }
        // Of two touches both are milestones, and no more of one than of the other.
        if shares.count == 2 {
            (shares[0], shares[1]) = (0.5, 0.5)
            return
        }
        for milestone in [0, lead, opportunity] { shares[milestone] += 0.3 }
        var others = 0
        var sum = 0.0
        for touch in shares.indices {
            others += shares[touch] == 0 ? 1 : 0
            sum += shares[touch]
        }
        for touch in shares.indices {
            if others == 0 {
                shares[touch] /= sum
            } else if shares[touch] == 0 {
                shares[touch] = 0.1 / Double(others)
            }
        }
    }
}
