internal import Numerics

/// To each touch the share that it has in the hazard of converting when its journey converted
/// (Zhang, Wei and Ren 2014).
///
/// A touch of channel c adds β ω exp(−ω t) to the hazard, t seconds after it: β conversions in all,
/// of which half within ln 2 / ω. Both are found by expectation and maximisation over all journeys,
/// those without a conversion too; the last second before the end counts as half a second.
///
/// Of a hazard that does not pass within the times that are seen, as small tables have it, strength
/// and speed cannot be told apart: only their product is known. So of a touch at least a hundredth
/// passes in the longest time that one of its channel has: the credit differs from that of a hazard
/// that never passes by a hundredth at most. The steps end when the mean likelihood changes by less
/// than 10⁻¹³ of itself; after 20,000 of them by less than 10⁻⁸ is enough.
public struct AdditiveHazard: AttributionModel {
    /// `hazard`.
    public let name = "hazard"
    /// How many steps there are at most, and by how much the mean likelihood changes in the last.
    static let mostSteps = 20_000
    static let tolerance = 1e-13
    /// By how much it may change in a step after which there are no more.
    static let lastTolerance = 1e-8

    /// The model.
    public init() {}

    /// The sum over touches.
    public func credit(_ table: PathTable) throws(AttributionFailure) -> Credit {
        try fit(table).credit(table)
    }

    /// Finds the strength and the speed of each channel.
    ///
    /// - Parameter table: journeys with times.
    /// - Returns: the model that divides journeys.
    /// - Throws: ``AttributionFailure``, if there are no times or no conversions, or the numbers do
    ///   not settle.
    public func fit(_ table: PathTable) throws(AttributionFailure) -> HazardRule {
        guard table.isTimed else { throw .timesMissing }
        try table.needConversions()
        var work = HazardFit(table)
        var last = -Double.infinity
        for step in 1...Self.mostSteps {
            let likelihood = work.step()
            let tolerance = step == Self.mostSteps ? Self.lastTolerance : Self.tolerance
            if abs(likelihood - last) <= tolerance * max(1, abs(likelihood)) {
                return HazardRule(strengths: work.strengths, speeds: work.speeds)
            }
            last = likelihood
        }
        throw .notSettled(model: name, steps: Self.mostSteps)
    }
}

/// Divides journeys by the hazards of channels.
public struct HazardRule: PathRule {
    /// `hazard`.
    public let name = "hazard"
    /// By channel: how many conversions a touch makes in all; 0 for those that made none.
    public let strengths: [Double]
    /// By channel: what share of what is left of a touch passes each second.
    public let speeds: [Double]

    /// Without times there is no hazard.
    public var times: TimesUse { .needed }

    /// In proportion to the hazard at the end.
    public func divide(_ path: Int, of table: PathTable, _ shares: inout MutableSpan<Double>) {
        _ = HazardFit.divide(table, path, strengths, speeds, &shares)
    }
}

/// The strengths and speeds on their way.
private struct HazardFit {
    private let table: PathTable
    private(set) var strengths: [Double]
    private(set) var speeds: [Double]
    /// By channel: the least that its speed can be, so that something passes while it is seen.
    private let slowest: [Double]

    init(_ table: PathTable) {
        self.table = table
        let journeys = Double(table.totalConversions + table.totalNulls)
        let rate = Double(table.totalConversions) / journeys
        strengths = Array(repeating: rate, count: table.channels.count)
        var sum = 0.0
        var touches = 0.0
        var longest = [Double](repeating: 0.5, count: table.channels.count)
        for path in 0..<table.count {
            let (channels, ages) = (table.path(path), table.ages(path))
            let weight = Double(table.conversions[path] + table.nulls[path])
            for touch in ages.indices {
                let (channel, seconds) = (Int(channels[touch]), Self.seconds(ages[touch]))
                longest[channel] = max(longest[channel], seconds)
                sum += weight * seconds
                touches += weight
            }
        }
        slowest = longest.map { 0.01 / $0 }
        speeds = Array(repeating: touches / sum, count: table.channels.count)
    }

    static func seconds(_ age: UInt32) -> Double { age == 0 ? 0.5 : Double(age) }

    /// Divides a journey that converted, and returns the logarithm of its hazard.
    static func divide(
        _ table: PathTable,
        _ path: Int,
        _ strengths: [Double],
        _ speeds: [Double],
        _ shares: inout MutableSpan<Double>
    ) -> Double {
        let (touches, ages) = (table.path(path), table.ages(path))
        // In logarithms with the highest factored out, so that nothing vanishes.
        var highest = -Double.infinity
        for touch in touches.indices {
            let channel = Int(touches[touch])
            let (strength, speed) = (strengths[channel], speeds[channel])
            let hazard =
                strength > 0
                ? Elementary.log(strength) + Elementary.log(speed) - speed * seconds(ages[touch])
                : -Double.infinity
            shares[touch] = hazard
            highest = max(highest, hazard)
        }
        guard highest > -Double.infinity else {
            // No other journey lets any of its channels convert: there is nothing to tell by.
            for touch in shares.indices { shares[touch] = 1 / Double(shares.count) }
            return 0
        }
        var sum = 0.0
        for touch in shares.indices {
            shares[touch] = Elementary.exp(shares[touch] - highest)
            sum += shares[touch]
        }
        for touch in shares.indices { shares[touch] /= sum }
        return highest + Elementary.log(sum)
    }

    /// One step up, and the mean likelihood before it.
    mutating func step() -> Double {
        let none = [Double](repeating: 0, count: strengths.count)
        // Conversions, and their seconds, by channel; what passed of its touches, and how fast.
        var (credit, delay, passed, rest) = (none, none, none, none)
        var likelihood = 0.0
        var shares: [Double] = []
        for path in 0..<table.count {
            let (touches, ages) = (table.path(path), table.ages(path))
            let conversions = Double(table.conversions[path])
            let weight = conversions + Double(table.nulls[path])
            guard weight > 0 else { continue }
            shares.removeAll(keepingCapacity: true)
            shares.append(contentsOf: repeatElement(0, count: touches.count))
            if conversions > 0 {
                var places = shares.mutableSpan
                likelihood +=
                    conversions * Self.divide(table, path, strengths, speeds, &places)
            }
            for touch in touches.indices {
                let channel = Int(touches[touch])
                let seconds = Self.seconds(ages[touch])
                let left = Elementary.exp(-speeds[channel] * seconds)
                credit[channel] += conversions * shares[touch]
                delay[channel] += conversions * shares[touch] * seconds
                passed[channel] += weight * (1 - left)
                rest[channel] += weight * seconds * left
                likelihood -= weight * strengths[channel] * (1 - left)
            }
        }
        for channel in strengths.indices where passed[channel] > 0 {
            let (strength, made) = (strengths[channel], credit[channel])
            if made > 0 {
                let speed = made / (delay[channel] + strength * rest[channel])
                speeds[channel] = max(speed, slowest[channel])
            }
            strengths[channel] = made / passed[channel]
        }
        return likelihood / Double(table.totalConversions + table.totalNulls)
    }
}
