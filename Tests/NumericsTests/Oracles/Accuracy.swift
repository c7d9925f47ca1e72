import Numerics

/// The worst error of a kernel against an oracle, and where.
struct Accuracy: CustomStringConvertible {
    private(set) var worst = 0.0
    private(set) var place = Double.nan

    /// Notes the distance from a truth with a longer mantissa, in units of the last place.
    mutating func noteUlps(_ value: Double, truth: Float80, at place: Double) {
        let unit = max(Double(truth).ulp, Double.leastNonzeroMagnitude)
        note(Double(abs(Float80(value) - truth) / Float80(unit)), at: place)
    }

    /// Notes the distance from a truth as a share of it.
    mutating func noteRelative(_ value: Double, truth: Double, at place: Double) {
        note(value == truth ? 0 : abs(value - truth) / abs(truth), at: place)
    }

    mutating func note(_ error: Double, at place: Double) {
        // What is no number is the worst there is, and stays it.
        guard !worst.isNaN, !(error <= worst) else { return }
        (worst, self.place) = (error, place)
    }

    var description: String { "worst \(worst) at \(place)" }
}

extension RandomStream {
    /// A vector of standard normal numbers.
    mutating func normals(_ count: Int) -> [Double] {
        (0..<count).map { _ in normal() }
    }

    /// A matrix of standard normal numbers.
    mutating func matrix(_ rows: Int, _ columns: Int) -> Matrix {
        Matrix(rows: rows, columns: columns, columnMajor: normals(rows * columns))
    }
}
