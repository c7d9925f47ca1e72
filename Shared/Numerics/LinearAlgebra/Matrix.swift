internal import CLAPACKE

/// A matrix of doubles, stored column after column, as LAPACK wants it.
public struct Matrix: Equatable, Sendable {
    /// The number of rows.
    public let rows: Int
    /// The number of columns.
    public let columns: Int
    /// The elements, `[rows × columns]`, column after column.
    public private(set) var elements: [Double]

    /// A matrix of one value.
    ///
    /// - Parameters:
    ///   - rows: how many, not negative.
    ///   - columns: how many, not negative.
    ///   - value: of each element.
    public init(rows: Int, columns: Int, repeating value: Double = 0) {
        precondition(rows >= 0 && columns >= 0, "a matrix has no negative side")
        self.rows = rows
        self.columns = columns
        elements = Array(repeating: value, count: rows * columns)
    }

    /// A matrix of given elements.
    ///
    /// - Parameters:
    ///   - rows: how many.
    ///   - columns: how many.
    ///   - elements: `rows × columns` of them, column after column.
    public init(rows: Int, columns: Int, columnMajor elements: [Double]) {
        precondition(rows >= 0 && columns >= 0, "a matrix has no negative side")
        precondition(elements.count == rows * columns, "as many elements as the shape says")
        self.rows = rows
        self.columns = columns
        self.elements = elements
    }

    /// A matrix written row by row.
    ///
    /// - Parameter rows: all of one length.
    public init(_ rows: [[Double]]) {
        let columns = rows.first?.count ?? 0
        precondition(rows.allSatisfy { $0.count == columns }, "rows are of one length")
        self.init(rows: rows.count, columns: columns)
        for (row, values) in rows.enumerated() {
            for (column, value) in values.enumerated() { self[row, column] = value }
        }
    }

    /// A square matrix with ones on its diagonal.
    ///
    /// - Parameter order: the number of its rows.
    /// - Returns: the identity.
    public static func identity(_ order: Int) -> Matrix {
        diagonal(Array(repeating: 1, count: order))
    }

    /// A square matrix that is zero beside its diagonal.
    ///
    /// - Parameter values: the diagonal.
    /// - Returns: the matrix.
    public static func diagonal(_ values: [Double]) -> Matrix {
        var matrix = Matrix(rows: values.count, columns: values.count)
        for (index, value) in values.enumerated() { matrix[index, index] = value }
        return matrix
    }

    /// Whether there are as many rows as columns.
    public var isSquare: Bool { rows == columns }

    /// One element.
    public subscript(row: Int, column: Int) -> Double {
        get {
            precondition(row >= 0 && row < rows && column >= 0 && column < columns, "outside")
            return elements[column * rows + row]
        }
        set {
            precondition(row >= 0 && row < rows && column >= 0 && column < columns, "outside")
            elements[column * rows + row] = newValue
        }
    }

    /// One column, `[rows]`.
    ///
    /// - Parameter index: which.
    /// - Returns: its elements, in place.
    @_lifetime(borrow self)
    public func column(_ index: Int) -> Span<Double> {
        precondition(index >= 0 && index < columns, "there is no such column")
        return elements.span.extracting(index * rows..<(index + 1) * rows)
    }

    /// The elements, to be written in place, column after column.
    public var mutableElements: MutableSpan<Double> {
        @_lifetime(&self)
        mutating get { elements.mutableSpan }
    }

    /// The matrix with rows and columns exchanged.
    public var transposed: Matrix {
        var result = Matrix(rows: columns, columns: rows)
        for column in 0..<columns {
            for row in 0..<rows {
                result.elements[row * columns + column] = elements[column * rows + row]
            }
        }
        return result
    }

    /// Lets a C function at the elements.
    mutating func withElements<Result>(
        _ body: (UnsafeMutablePointer<Double>?) -> Result
    ) -> Result {
        // The pointer is used only during the closure.
        unsafe elements.withUnsafeMutableBufferPointer { unsafe body($0.baseAddress) }
    }
}

extension Matrix {
    /// The product with another matrix.
    ///
    /// - Parameters:
    ///   - left: `[n × k]`.
    ///   - right: `[k × m]`.
    /// - Returns: `[n × m]`; NaN and infinities pass through.
    public static func * (left: Matrix, right: Matrix) -> Matrix {
        precondition(left.columns == right.rows, "the shapes do not fit")
        var product = Matrix(rows: left.rows, columns: right.columns)
        guard !product.elements.isEmpty, left.columns > 0 else { return product }
        let (n, m, k) = (left.rows, right.columns, left.columns)
        // Shapes were checked; the library keeps no pointer.
        unsafe product.withElements { target in
            LAPACK.call {
                unsafe cblas_dgemm(
                    CblasColMajor,
                    CblasNoTrans,
                    CblasNoTrans,
                    LAPACK.size(n),
                    LAPACK.size(m),
                    LAPACK.size(k),
                    1,
                    left.elements,
                    LAPACK.size(n),
                    right.elements,
                    LAPACK.size(k),
                    0,
                    target,
                    LAPACK.size(n)
                )
            }
        }
        return product
    }

    /// The product with a vector.
    ///
    /// - Parameter vector: `[columns]`.
    /// - Returns: `[rows]`.
    public func times(_ vector: Span<Double>) -> [Double] {
        precondition(vector.count == columns, "the shapes do not fit")
        var product = Array(repeating: 0.0, count: rows)
        var target = product.mutableSpan
        for index in 0..<columns { target.add(column(index), times: vector[index]) }
        return product
    }

    /// The product of the transposed matrix with a vector.
    ///
    /// - Parameter vector: `[rows]`.
    /// - Returns: `[columns]`.
    public func transposedTimes(_ vector: Span<Double>) -> [Double] {
        precondition(vector.count == rows, "the shapes do not fit")
        var product = Array(repeating: 0.0, count: columns)
        for index in 0..<columns { product[index] = column(index).dot(vector) }
        return product
    }

    /// The sums of products of each column with each: the transposed matrix times itself.
    ///
    /// - Returns: `[columns × columns]`, exactly symmetric.
    public func gram() -> Matrix {
        var result = Matrix(rows: columns, columns: columns)
        for j in 0..<columns {
            for i in 0...j {
                let value = column(i).dot(column(j))
                result[i, j] = value
                result[j, i] = value
            }
        }
        return result
    }
}
