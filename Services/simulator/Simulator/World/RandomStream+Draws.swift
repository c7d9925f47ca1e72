internal import Numerics

extension RandomStream {
    /// Whether something happens.
    mutating func happens(_ probability: Double) -> Bool { uniform() < probability }

    /// One of some; nil, and nothing drawn, if there are none.
    mutating func element<Element>(of choices: [Element]) -> Element? {
        choices.isEmpty ? nil : choices[integer(below: choices.count)]
    }

    /// A place, each as likely as its weight says; the last if rounding leaves none.
    mutating func place(in weights: [Double]) -> Int {
        var rest = uniform() * weights.reduce(0, +)
        for (place, weight) in weights.enumerated() {
            rest -= weight
            if rest < 0 { return place }
        }
        return weights.count - 1
    }

    /// A number between two, its logarithm uniform.
    mutating func between(_ low: Double, _ high: Double) -> Double {
        Elementary.exp(Elementary.log(low) + uniform() * Elementary.log(high / low))
    }

    /// A number around 1 whose logarithm is normal, and whose mean is 1.
    mutating func factor(_ deviation: Double) -> Double {
        Elementary.exp(deviation * normal() - 0.5 * deviation * deviation)
    }

    /// A count of Poisson's distribution.
    ///
    /// - Parameter mean: not negative.
    /// - Returns: the count.
    /// - Complexity: linear in the mean.
    mutating func poisson(_ mean: Double) -> Int {
        var (count, time) = (-1, 0.0)
        repeat {
            time += exponential()
            count += 1
        } while time < mean
        return count
    }
}
