/// Means and variances of many numbers at once, one draw after the other (Welford 1962).
struct RunningMoments: Equatable, Sendable {
    private(set) var count = 0.0
    // `[n]`
    private(set) var means: [Double]
    /// The sums of squared distances from the means, `[n]`.
    private(set) var squares: [Double]

    init(dimension: Int) {
        means = Array(repeating: 0, count: dimension)
        squares = means
    }

    init(count: Double, means: [Double], squares: [Double]) {
        self.count = count
        self.means = means
        self.squares = squares
    }

    /// Takes in a draw.
    mutating func add(_ x: [Double]) {
        precondition(x.count == means.count, "one number for each mean")
        count += 1
        let weight = 1 / count
        for index in x.indices {
            let distance = x[index] - means[index]
            means[index] += weight * distance
            squares[index] += distance * (x[index] - means[index])
        }
    }

    /// The variance of one of the numbers; NaN of fewer than two draws.
    func variance(_ index: Int) -> Double {
        count > 1 ? squares[index] / (count - 1) : .nan
    }
}
