/// Whether chains have found the same distribution, and how much their draws are worth.
///
/// Vehtari, Gelman, Simpson, Carpenter and Bürkner, “Rank-normalization, folding, and
/// localization”, Bayesian Analysis 16, 2021. Draws are `[chains][draws]`, at least one chain of
/// at least four draws; fewer, and draws that are not finite, give NaN.
public enum Diagnostics {
    /// R-hat: split, rank-normalised, the larger of bulk and folded; 1 is good, above 1.01 is not.
    ///
    /// - Parameter chains: at least two; constant draws give NaN.
    /// - Returns: about 1 or more.
    public static func rHat(_ chains: [[Double]]) -> Double {
        guard chains.count > 1, let split = split(chains) else { return .nan }
        let all = split.flatMap { $0 }
        let centre = quantile(all.sorted(), 0.5)
        let folded = split.map { $0.map { abs($0 - centre) } }
        let (bulk, tail) = (plainRHat(normalScores(split)), plainRHat(normalScores(folded)))
        // Chains that stand still at different places disagree, whatever their spreads say.
        if bulk == .infinity || tail == .infinity { return .infinity }
        return bulk.isNaN || tail.isNaN ? .nan : max(bulk, tail)
    }

    /// How many independent draws tell as much of the centre.
    ///
    /// - Parameter chains: `[chains][draws]`.
    /// - Returns: positive; the number of draws if all are equal.
    public static func bulkESS(_ chains: [[Double]]) -> Double {
        guard let split = split(chains) else { return .nan }
        return plainESS(normalScores(split))
    }

    /// How many independent draws tell as much of the 5 % and 95 % quantiles: the smaller number.
    ///
    /// - Parameter chains: `[chains][draws]`.
    /// - Returns: positive.
    public static func tailESS(_ chains: [[Double]]) -> Double {
        let (low, high) = (quantileESS(chains, 0.05), quantileESS(chains, 0.95))
        return low.isNaN || high.isNaN ? .nan : min(low, high)
    }

    /// How many independent draws tell as much of the mean.
    ///
    /// - Parameter chains: `[chains][draws]`.
    /// - Returns: positive.
    public static func meanESS(_ chains: [[Double]]) -> Double {
        split(chains).map(plainESS) ?? .nan
    }

    /// How many independent draws tell as much of a quantile.
    ///
    /// - Parameters:
    ///   - chains: `[chains][draws]`.
    ///   - p: between 0 and 1.
    /// - Returns: positive.
    public static func quantileESS(_ chains: [[Double]], _ p: Double) -> Double {
        guard let split = split(chains) else { return .nan }
        // The quantile is of all draws, the middle one of odd chains among them.
        let threshold = quantile(chains.flatMap { $0 }.sorted(), p)
        return plainESS(split.map { $0.map { $0 <= threshold ? 1 : 0 } })
    }

    /// The standard error of the mean of all draws.
    ///
    /// - Parameter chains: `[chains][draws]`.
    /// - Returns: not negative.
    public static func meanError(_ chains: [[Double]]) -> Double {
        let all = chains.flatMap { $0 }
        return (variance(all) / meanESS(chains)).squareRoot()
    }

    /// The standard error of the standard deviation of all draws.
    ///
    /// - Parameter chains: `[chains][draws]`.
    /// - Returns: not negative.
    public static func deviationError(_ chains: [[Double]]) -> Double {
        let all = chains.flatMap { $0 }
        let mean = mean(all)
        let squares = chains.map { $0.map { ($0 - mean) * ($0 - mean) } }
        let flat = squares.flatMap { $0 }
        let second = Self.mean(flat)
        let fourth = Self.mean(flat.map { $0 * $0 })
        let error = (fourth - second * second) / meanESS(squares)
        return (error / second / 4).squareRoot()
    }

    /// The standard error of a quantile of all draws: half of the width of its central 68 %.
    ///
    /// - Parameters:
    ///   - chains: `[chains][draws]`.
    ///   - p: between 0 and 1.
    /// - Returns: not negative.
    public static func quantileError(_ chains: [[Double]], _ p: Double) -> Double {
        let size = quantileESS(chains, p)
        guard !size.isNaN else { return .nan }
        let law = Beta(size * p + 1, size * (1 - p) + 1)
        let sorted = chains.flatMap { $0 }.sorted()
        let count = Double(sorted.count)
        let low = max(law.quantile(0.1586553) * count - 1, 0)
        let high = min(law.quantile(0.8413447) * count - 1, count - 1)
        let first = sorted[Int(low.rounded(.down))]
        return (sorted[Int(high.rounded(.up))] - first) / 2
    }

    /// The energy fraction of missing information of each chain; below 0.3 its energies mix badly.
    ///
    /// Betancourt, arXiv:1604.00695.
    ///
    /// - Parameter energies: `[chains][draws]`, as ``Posterior/energies`` gives them.
    /// - Returns: `[chains]`, each about 1 at best.
    public static func energyFractions(_ energies: [[Double]]) -> [Double] {
        energies.map { chain in
            let steps = zip(chain.dropFirst(), chain).map { ($0 - $1) * ($0 - $1) }
            return mean(steps) / variance(chain)
        }
    }

    /// How far two runs agree: 1 less the largest difference of their distribution functions.
    ///
    /// - Parameters:
    ///   - first: all draws of one run.
    ///   - second: all draws of another.
    /// - Returns: from 0, nothing in common, to 1.
    public static func overlap(_ first: [Double], _ second: [Double]) -> Double {
        let (a, b) = (first.sorted(), second.sorted())
        guard !a.isEmpty, !b.isEmpty, a.span.isFinite(), b.span.isFinite() else { return .nan }
        var (i, j) = (0, 0)
        var largest = 0.0
        while i < a.count && j < b.count {
            let value = min(a[i], b[j])
            while i < a.count && a[i] == value { i += 1 }
            while j < b.count && b[j] == value { j += 1 }
            largest = max(largest, abs(Double(i) / Double(a.count) - Double(j) / Double(b.count)))
        }
        return 1 - largest
    }

    /// A quantile of sorted numbers, between two of them where it must be (type 7).
    ///
    /// - Parameters:
    ///   - sorted: at least one number, smallest first.
    ///   - p: from 0 to 1.
    /// - Returns: a number in their range.
    public static func quantile(_ sorted: [Double], _ p: Double) -> Double {
        precondition(!sorted.isEmpty && p >= 0 && p <= 1, "there is no such quantile")
        let place = p * Double(sorted.count - 1)
        let index = min(Int(place), max(0, sorted.count - 2))
        guard sorted.count > 1 else { return sorted[0] }
        let share = place - Double(index)
        return sorted[index] * (1 - share) + sorted[index + 1] * share
    }
}

extension Diagnostics {
    static func mean(_ x: [Double]) -> Double { x.span.sum() / Double(x.count) }

    /// The unbiased variance.
    static func variance(_ x: [Double]) -> Double {
        let mean = mean(x)
        let distances = x.map { $0 - mean }
        return distances.span.dot(distances.span) / Double(x.count - 1)
    }

    /// Halves of chains; an odd chain loses its middle draw.
    private static func split(_ chains: [[Double]]) -> [[Double]]? {
        guard let draws = chains.first?.count, draws >= 4,
            chains.allSatisfy({ $0.count == draws && $0.span.isFinite() })
        else { return nil }
        return chains.map { Array($0.prefix(draws / 2)) }
            + chains.map { Array($0.suffix(draws / 2)) }
    }

    /// Normal quantiles of the ranks among all chains; equal draws share their mean rank.
    private static func normalScores(_ chains: [[Double]]) -> [[Double]] {
        let all = chains.flatMap { $0 }
        let order = all.indices.sorted { all[$0] < all[$1] }
        var scores = all
        var start = 0
        while start < order.count {
            var end = start + 1
            while end < order.count && all[order[end]] == all[order[start]] { end += 1 }
            let rank = 0.5 * Double(start + 1 + end)
            let score = SpecialFunctions.normalQuantile((rank - 0.375) / (Double(all.count) + 0.25))
            for place in order[start..<end] { scores[place] = score }
            start = end
        }
        let draws = chains[0].count
        return chains.indices.map { Array(scores[$0 * draws..<($0 + 1) * draws]) }
    }

    private static func plainRHat(_ chains: [[Double]]) -> Double {
        let draws = Double(chains[0].count)
        let between = draws * variance(chains.map(mean))
        let within = mean(chains.map(variance))
        return ((between / within + draws - 1) / draws).squareRoot()
    }

    /// Geyer's initial monotone sequence over the autocovariances of all chains.
    private static func plainESS(_ chains: [[Double]]) -> Double {
        guard let first = chains.first?.first else { return .nan }
        let total = Double(chains.count * chains[0].count)
        if chains.allSatisfy({ $0.allSatisfy { $0 == first } }) { return total }
        let draws = chains[0].count
        let centred = chains.map { chain in
            let mean = mean(chain)
            return chain.map { $0 - mean }
        }
        // The mean over chains of the autocovariance at a lag.
        func covariance(_ lag: Int) -> Double {
            let sums = centred.map { chain in
                chain.span.extracting(lag...).dot(chain.span.extracting(..<(draws - lag)))
            }
            return sums.span.sum() / Double(chains.count * draws)
        }
        let within = covariance(0) * Double(draws) / Double(draws - 1)
        var pooled = within * Double(draws - 1) / Double(draws)
        if chains.count > 1 { pooled += variance(chains.map(mean)) }
        func correlation(_ lag: Int) -> Double { 1 - (within - covariance(lag)) / pooled }
        return total / autocorrelationTime(draws, total: total, correlation)
    }

    /// The sum of all autocorrelations that can be told from noise.
    private static func autocorrelationTime(
        _ draws: Int,
        total: Double,
        _ correlation: (Int) -> Double
    ) -> Double {
        var rho = Array(repeating: 0.0, count: draws)
        var (even, odd) = (1.0, correlation(1))
        (rho[0], rho[1]) = (even, odd)
        var t = 1
        while t < draws - 3 && even + odd > 0 {
            (even, odd) = (correlation(t + 1), correlation(t + 2))
            if even + odd >= 0 { (rho[t + 1], rho[t + 2]) = (even, odd) }
            t += 2
        }
        let last = t - 2
        if even > 0 { rho[last + 1] = even }
        // Sums of pairs may not grow.
        t = 1
        while t <= last - 2 {
            let before = rho[t - 1] + rho[t]
            if rho[t + 1] + rho[t + 2] > before {
                (rho[t + 1], rho[t + 2]) = (before / 2, before / 2)
            }
            t += 2
        }
        let sum = rho.span.extracting(..<(last + 1)).sum()
        return max(-1 + 2 * sum + rho[last + 1], Elementary.log(10) / Elementary.log(total))
    }
}
