internal import Numerics

/// The steps of all journeys by fold, and how well the others foretell those of each, for one order
/// after the other.
///
/// What comes before a step is known by the number of the step before it at the next lower order,
/// which ends with as many channels: each step is looked up once for each order.
struct HeldOutFolds {
    private let table: PathTable
    private let width: Int
    /// Paths that some journey took, and where the deals of each end.
    private var paths: [(path: Int, dealEnd: Int)] = []
    private var deals: [Deal] = []
    /// How many journeys there are, and how many steps they have.
    private var journeys = [Int](repeating: 0, count: columns)
    private var steps = [Int](repeating: 0, count: columns)

    /// For the order that came last: the numbers of all steps in the order of paths, counts by
    /// number, and the probability of each step for each fold that it is held out with.
    private var numbers: [UInt32] = []
    private var counts: [Int] = []
    private var probabilities: [Double] = []

    /// Counts by fold, all one after the other, and then the sum of all.
    private static let columns = OrderByLikelihood.folds + 1

    /// How many of a path's journeys are in a fold, one at least.
    private struct Deal {
        let fold: Int
        let conversions: Int
        let nulls: Int
        var journeys: Int { conversions + nulls }

        /// How many of them take a step.
        @inline(__always)
        func journeys(with step: Step) -> Int {
            switch step {
            case .touch: journeys
            case .conversion: conversions
            case .null: nulls
            }
        }
    }

    /// What a step of a path leads to: behind the last touch there is a step for each end that
    /// some journey has, with a conversion first.
    private enum Step {
        case touch
        case conversion
        case null
    }

    init(_ table: PathTable) {
        self.table = table
        // Ends are steps too.
        let outcomes = table.channels.count + 2
        width = UInt64.bitWidth - UInt64(outcomes).leadingZeroBitCount
        let identity = PathIdentity(table.channels)
        var (size, chances) = (0, 0)
        for path in 0..<table.count where table.conversions[path] + table.nulls[path] > 0 {
            let length = table.path(path).count
            let first = deals.count
            deal(path, identity)
            for deal in deals[first...] {
                chances += length
                chances +=
                    Ends(hasConversions: deal.conversions > 0, hasNulls: deal.nulls > 0).count
                for column in [deal.fold, Self.columns - 1] {
                    journeys[column] += deal.journeys
                    steps[column] += deal.journeys * (length + 1)
                }
            }
            paths.append((path, deals.count))
            size += length + ends(path).count
        }
        numbers = Array(repeating: 0, count: size)
        probabilities = Array(repeating: 1 / Double(outcomes), count: chances)
    }

    /// Deals a path's journeys, with a conversion and without, to folds.
    ///
    /// Each journey has its fold by chance, which the channels of the path decide. Dealing them in
    /// turn would make folds more alike than new journeys are, and deep orders look better.
    private mutating func deal(_ path: Int, _ identity: PathIdentity) {
        let folds = OrderByLikelihood.folds
        var random = RandomStream(seed: 0, stream: identity.hash(table.path(path)))
        var left = (table.conversions[path], table.nulls[path])
        for fold in 0..<folds {
            let share = 1 / Double(folds - fold)
            let conversions = Self.binomial(left.0, share, &random)
            let nulls = Self.binomial(left.1, share, &random)
            left = (left.0 - conversions, left.1 - nulls)
            if conversions + nulls > 0 {
                deals.append(Deal(fold: fold, conversions: conversions, nulls: nulls))
            }
        }
    }

    /// How many of so many have luck; of many, by the normal distribution that is nearly theirs.
    private static func binomial(_ count: Int, _ share: Double, _ random: inout RandomStream) -> Int
    {
        if share == 1 { return count }
        guard count > 64 else { return (0..<count).count { _ in random.uniform() < share } }
        let mean = Double(count) * share
        let number = mean + (mean * (1 - share)).squareRoot() * random.normal()
        return Int(min(max(0, number.rounded()), Double(count)))
    }

    /// The sum of logarithms over all journeys at an order; those below it came before.
    mutating func score(order: Int) -> Double {
        let (lower, lowerCounts) = (numbers, counts)
        count(order)
        var sum = LogarithmSum()
        var (step, chance, firstDeal) = (0, 0, 0)
        for (path, dealEnd) in paths {
            let ends = ends(path)
            let pathEnd = step + table.path(path).count
            for place in step..<pathEnd + ends.count {
                let kind = place < pathEnd ? .touch : ends[place - pathEnd]
                let before = min(place, pathEnd) - 1
                for deal in firstDeal..<dealEnd {
                    let deal = deals[deal]
                    let weight = deal.journeys(with: kind)
                    if weight == 0 { continue }
                    let all =
                        if order == 0 {
                            Self.seen(steps, 0, without: deal.fold)
                        } else if place == step {
                            Self.seen(journeys, 0, without: deal.fold)
                        } else {
                            Self.seen(lowerCounts, lower[before], without: deal.fold)
                        }
                    let own = Self.seen(counts, numbers[place], without: deal.fold)
                    let prior = OrderByLikelihood.prior
                    let probability = (own + prior * probabilities[chance]) / (all + prior)
                    probabilities[chance] = probability
                    sum.add(probability, weight)
                    chance += 1
                }
            }
            (step, firstDeal) = (pathEnd + ends.count, dealEnd)
        }
        return sum.total()
    }

    @inline(__always)
    private static func seen(_ counts: [Int], _ number: UInt32, without fold: Int) -> Double {
        let first = Int(number) &* columns
        return Double(counts[first &+ columns &- 1] &- counts[first &+ fold])
    }

    /// The ends of a path, behind its touches.
    @inline(__always)
    private func ends(_ path: Int) -> Ends {
        Ends(hasConversions: table.conversions[path] > 0, hasNulls: table.nulls[path] > 0)
    }

    private struct Ends {
        let hasConversions: Bool
        let hasNulls: Bool
        var count: Int { (hasConversions ? 1 : 0) + (hasNulls ? 1 : 0) }
        subscript(place: Int) -> Step { place == 0 && hasConversions ? .conversion : .null }
    }

    /// Numbers and counts the steps of all journeys at an order.
    ///
    /// One after the other: what is looked up for one step does not wait for another.
    private mutating func count(_ order: Int) {
        let keys = number(order)
        counts = Array(repeating: 0, count: keys * Self.columns)
        var (step, firstDeal) = (0, 0)
        for (path, dealEnd) in paths {
            let ends = ends(path)
            let pathEnd = step + table.path(path).count
            while step < pathEnd + ends.count {
                let kind = step < pathEnd ? .touch : ends[step - pathEnd]
                let first = Int(numbers[step]) &* Self.columns
                for deal in firstDeal..<dealEnd {
                    let weight = deals[deal].journeys(with: kind)
                    counts[first &+ deals[deal].fold] &+= weight
                    counts[first &+ Self.columns &- 1] &+= weight
                }
                step += 1
            }
            firstDeal = dealEnd
        }
    }

    /// Numbers the steps of all journeys at an order.
    ///
    /// - Returns: how many different ones there are.
    private mutating func number(_ order: Int) -> Int {
        // A second name, for numbers change while paths are looked at.
        let table = table
        var index = KeyIndex(bits: (order + 1) * width)
        let (shift, mask) = (UInt64(width), TransitionCounts.mask(order * width))
        let channels = UInt64(table.channels.count)
        var step = 0
        func add(_ before: UInt64, _ next: UInt64) {
            let number = index.number(of: before &<< shift | next)
            numbers[step] = UInt32(truncatingIfNeeded: number)
            step += 1
        }
        for (path, _) in paths {
            let touches = table.path(path)
            var before: UInt64 = 0
            for touch in touches.indices {
                let next = UInt64(touches[touch]) &+ 1
                add(before, next)
                before = (before &<< shift | next) & mask
            }
            let ends = ends(path)
            if ends.hasConversions { add(before, channels &+ 1) }
            if ends.hasNulls { add(before, channels &+ 2) }
        }
        return index.keys.count
    }
}

/// A sum of weighted logarithms in the order in which they come, taken many at a time.
private struct LogarithmSum {
    private var sum = 0.0
    private var arguments = [Double](repeating: 1, count: size)
    private var weights = [Double](repeating: 0, count: size)
    private var logarithms = [Double](repeating: 0, count: size)
    private var count = 0

    private static let size = 512

    @inline(__always)
    mutating func add(_ argument: Double, _ weight: Int) {
        arguments[count] = argument
        weights[count] = Double(weight)
        count &+= 1
        if count == Self.size { settle() }
    }

    mutating func total() -> Double {
        settle()
        return sum
    }

    private mutating func settle() {
        let arguments = arguments
        var results = logarithms.mutableSpan
        Elementary.log(arguments.span, &results)
        for place in 0..<count { sum += weights[place] * logarithms[place] }
        count = 0
    }
}
