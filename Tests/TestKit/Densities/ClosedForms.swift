public import Numerics

/// A normal density whose neighbours correlate, each number with a scale of its own.
///
/// x₀ ~ N(0, 1), xᵢ ~ N(ρ xᵢ₋₁, 1 − ρ²), each times its scale: every mean is 0, every standard
/// deviation the scale.
public struct CorrelatedNormal: Density {
    /// The standard deviations.
    public let scales: [Double]
    /// The correlation of neighbours, between −1 and 1.
    public let correlation: Double
    private let inverseScales: [Double]

    /// A density of as many dimensions as there are scales.
    public init(scales: [Double], correlation: Double) {
        (self.scales, self.correlation) = (scales, correlation)
        inverseScales = scales.map { 1 / $0 }
    }

    /// The number of scales.
    public var dimension: Int { scales.count }

    /// The log density, without constants.
    public mutating func logDensity(
        at position: Span<Double>,
        gradient: inout MutableSpan<Double>
    ) -> Double {
        let precision = 1 / (1 - correlation * correlation)
        let count = scales.count
        var before = position[0] * inverseScales[0]
        var sum = before * before
        var pull = -before
        for index in 1..<max(count, 1) {
            let value = position[index] * inverseScales[index]
            let residual = value - correlation * before
            sum += precision * residual * residual
            gradient[index - 1] =
                (pull + correlation * precision * residual) * inverseScales[index - 1]
            pull = -precision * residual
            before = value
        }
        gradient[count - 1] = pull * inverseScales[count - 1]
        return -0.5 * sum
    }
}

/// A normal density given by its precision matrix.
public struct PrecisionNormal: Density {
    let precision: Matrix
    private var product: [Double]

    /// A density of mean 0.
    public init(precision: Matrix) {
        self.precision = precision
        product = Array(repeating: 0, count: precision.rows)
    }

    /// The order of the matrix.
    public var dimension: Int { precision.rows }

    /// The log density, without constants.
    public mutating func logDensity(
        at position: Span<Double>,
        gradient: inout MutableSpan<Double>
    ) -> Double {
        for index in 0..<dimension { gradient[index] = 0 }
        for index in 0..<dimension {
            gradient.add(precision.column(index), times: -position[index])
        }
        var sum = 0.0
        for index in 0..<dimension { sum += gradient[index] * position[index] }
        return 0.5 * sum
    }
}

/// Neal's funnel, centred: v ~ N(0, s) and xᵢ ~ N(0, e^{v/2}).
///
/// Its neck fits no one step size, the less the larger s is.
public struct Funnel: Density {
    let width: Int
    let deviation: Double

    /// A funnel.
    ///
    /// - Parameters:
    ///   - width: the number of x.
    ///   - deviation: s, the standard deviation of v; Neal's is 3.
    public init(width: Int, deviation: Double = 3) {
        self.width = width
        self.deviation = deviation
    }

    /// v and the x.
    public var dimension: Int { width + 1 }

    /// The log density, without constants.
    public mutating func logDensity(
        at position: Span<Double>,
        gradient: inout MutableSpan<Double>
    ) -> Double {
        let v = position[0]
        let precision = Elementary.exp(-v)
        var squares = 0.0
        for index in 1...width {
            squares += position[index] * position[index]
            gradient[index] = -precision * position[index]
        }
        let weight = 1 / (deviation * deviation)
        gradient[0] = -v * weight + 0.5 * precision * squares - 0.5 * Double(width)
        return -0.5 * v * v * weight - 0.5 * precision * squares - 0.5 * Double(width) * v
    }
}

/// Independent numbers of Student's t distribution.
public struct IndependentStudentT: Density {
    let law: StudentT
    /// How many.
    public let dimension: Int

    /// As many numbers, with as many degrees of freedom.
    public init(dimension: Int, degrees: Double) {
        self.dimension = dimension
        law = StudentT(degrees: degrees)
    }

    /// The log density.
    public mutating func logDensity(
        at position: Span<Double>,
        gradient: inout MutableSpan<Double>
    ) -> Double {
        var sum = 0.0
        for index in 0..<dimension {
            sum += law.logDensity(position[index])
            gradient[index] = law.slope(position[index])
        }
        return sum
    }
}
