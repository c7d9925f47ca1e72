public import Numerics

/// How far columns can be told from each other.
///
/// Columns lose their means and become of length 1. Of R in X = QR the singular values say how
/// near columns come to adding up to nothing, and the singular vectors which of them do.
public struct Collinearity: Sendable {
    /// The columns that vary: their places among those given.
    public let places: [Int]
    /// How much wider the interval of each column's effect is for the others, squared: 1/(1 − R²)
    /// of the column on all others; beyond 10¹⁰ it is infinite.
    public let inflations: [Double]
    /// The columns, of length 1.
    private let units: [[Double]]
    /// The inverse of their correlations.
    private let precision: Matrix
    /// The singular values, and the vectors in rows.
    private let values: [Double]
    private let vectors: Matrix

    /// Singular values below this are rounding.
    private static let least = 1e-12

    /// Looks at columns; nil if none varies, or there are fewer rows than columns.
    ///
    /// - Parameter columns: of one length, finite.
    /// - Throws: `LinearAlgebraError` if the iteration does not converge.
    public init?(_ columns: [[Double]]) throws(LinearAlgebraError) {
        let found = columns.enumerated().compactMap { place, column in
            Statistics.unit(column).map { (place: place, unit: $0) }
        }
        guard let rows = found.first?.unit.count, rows >= found.count else { return nil }
        let matrix = Matrix(
            rows: rows,
            columns: found.count,
            columnMajor: found.flatMap(\.unit)
        )
        let singular = try SingularValues(try QRFactorization(matrix).upper)
        places = found.map(\.place)
        units = found.map(\.unit)
        values = singular.values.map { max($0, Self.least) }
        vectors = singular.rightTransposed
        var precision = Matrix(rows: found.count, columns: found.count)
        for row in found.indices {
            for column in found.indices {
                var sum = 0.0
                for place in values.indices {
                    let weight = 1 / (values[place] * values[place])
                    sum += vectors[place, row] * vectors[place, column] * weight
                }
                precision[row, column] = sum
            }
        }
        self.precision = precision
        inflations = found.indices.map { precision[$0, $0] > 1e10 ? .infinity : precision[$0, $0] }
    }

    /// The correlation of two columns.
    ///
    /// - Parameters:
    ///   - one: a place among ``places``.
    ///   - other: another.
    /// - Returns: −1 to 1.
    public func correlation(_ one: Int, _ other: Int) -> Double {
        let sum = zip(units[one], units[other]).reduce(0) { $0 + $1.0 * $1.1 }
        return max(-1, min(1, sum))
    }

    /// The columns that come nearest to making up another, the heaviest first.
    ///
    /// - Parameter column: a place among ``places``.
    /// - Returns: places of those whose weight in it is a tenth or more, at most four.
    public func partners(of column: Int) -> [Int] {
        let weights = places.indices.map { abs(precision[$0, column] / precision[column, column]) }
        return places.indices.filter { $0 != column && weights[$0] >= 0.1 }
            .sorted { (weights[$1], $0) < (weights[$0], $1) }.prefix(4).map { $0 }
    }

    /// Sets of columns that nearly add up to nothing.
    ///
    /// - Parameter threshold: the condition index from which they do.
    /// - Returns: the index of each, and places among ``places`` of columns that more than half of
    ///   whose variance comes of it.
    public func dependencies(beyond threshold: Double) -> [(index: Double, columns: [Int])] {
        values.indices.reversed().compactMap { place in
            let index = values[0] / values[place]
            guard index > threshold else { return nil }
            let weight = 1 / (values[place] * values[place])
            let members = places.indices.filter { column in
                let part = vectors[place, column] * vectors[place, column] * weight
                return part > PanelThresholds.varianceShare * precision[column, column]
            }
            return members.count > 1 ? (index, members) : nil
        }
    }
}
