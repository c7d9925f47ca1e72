import Numerics
import Testing

@Suite("Linear algebra")
struct FactorizationTests {
    static let orders = [1, 2, 3, 7, 16, 17, 20, 65]

    /// The largest difference of two matrices of one shape.
    static func distance(_ a: Matrix, _ b: Matrix) -> Double {
        zip(a.elements, b.elements).reduce(0) { max($0, abs($1.0 - $1.1)) }
    }

    /// A symmetric positive definite matrix.
    static func covariance(_ order: Int, seed: UInt64) -> Matrix {
        var random = RandomStream(seed: seed, stream: UInt64(order))
        return random.matrix(order + 5, order).gram()
    }

    @Test("a product is the sum of products", arguments: orders)
    func products(_ order: Int) {
        var random = RandomStream(seed: 1)
        let (a, b) = (random.matrix(order, order + 2), random.matrix(order + 2, 3))
        let product = a * b
        var worst = 0.0
        for row in 0..<order {
            for column in 0..<3 {
                let sum = (0..<order + 2).reduce(Float80(0)) {
                    $0 + Float80(a[row, $1]) * Float80(b[$1, column])
                }
                worst = max(worst, abs(product[row, column] - Double(sum)))
            }
        }
        #expect(worst < 1e-13)
        #expect(Self.distance(a.gram(), a.transposed * a) < 1e-12)
        let x = random.normals(order + 2)
        let vector = Matrix(rows: order + 2, columns: 1, columnMajor: x)
        #expect(
            Self.distance(
                a * vector,
                Matrix(rows: order, columns: 1, columnMajor: a.times(x.span))
            ) < 1e-13
        )
        let z = random.normals(order)
        #expect(
            zip(a.transposedTimes(z.span), a.transposed.times(z.span)).allSatisfy {
                abs($0 - $1) < 1e-13
            }
        )
    }

    @Test("Cholesky's root squared is the matrix, and solves with it", arguments: orders)
    func cholesky(_ order: Int) throws {
        let matrix = Self.covariance(order, seed: 2)
        let root = try Cholesky(matrix)
        #expect(Self.distance(root.lower * root.lower.transposed, matrix) < 1e-12 * Double(order))
        #expect(Self.distance(root.inverse() * matrix, .identity(order)) < 1e-9)
        var random = RandomStream(seed: 3)
        let x = random.normals(order)
        var solution = matrix.times(x.span)
        var target = solution.mutableSpan
        root.solve(&target)
        #expect(zip(solution, x).allSatisfy { abs($0 - $1) < 1e-9 })
        var rotated = x
        var place = rotated.mutableSpan
        Triangle.multiply(root.lower, &place)
        #expect(zip(rotated, root.lower.times(x.span)).allSatisfy { abs($0 - $1) < 1e-12 })
        let determinant = try SymmetricEigen(matrix).values.reduce(0) { $0 + Elementary.log($1) }
        #expect(abs(root.logDeterminant - determinant) < 1e-9)
        var again = root
        try again.refactorize { $0 = matrix }
        #expect(again == root)
    }

    @Test("a triangle multiplies and solves, and what is above it is not read", arguments: 0...23)
    func triangles(_ order: Int) {
        var random = RandomStream(seed: 5, stream: UInt64(order))
        let x = random.normals(order)
        var lower = Matrix(rows: order, columns: order, repeating: .nan)
        var (product, transposed) = (x.map { _ in 0.0 }, x.map { _ in 0.0 })
        for row in 0..<order {
            for column in 0...row {
                lower[row, column] = row == column ? 2 + random.uniform() : random.normal() / 8
                product[row] += lower[row, column] * x[column]
                transposed[column] += lower[row, column] * x[row]
            }
        }
        func distance(
            _ vector: [Double],
            _ other: [Double],
            _ work: (inout MutableSpan<Double>) -> Void
        ) -> Double {
            var result = vector
            var target = result.mutableSpan
            work(&target)
            return zip(result, other).reduce(0) { max($0, abs($1.0 - $1.1)) }
        }
        #expect(distance(x, product) { Triangle.multiply(lower, &$0) } < 1e-13)
        #expect(distance(product, x) { Triangle.solve(lower, &$0) } < 1e-13)
        #expect(distance(transposed, x) { Triangle.solveTransposed(lower, &$0) } < 1e-13)
    }

    @Test("eigenvectors are orthonormal and give the matrix back", arguments: orders)
    func eigen(_ order: Int) throws {
        let matrix = Self.covariance(order, seed: 4)
        let eigen = try SymmetricEigen(matrix)
        let vectors = eigen.vectors
        #expect(eigen.values == eigen.values.sorted())
        #expect(Self.distance(vectors.gram(), .identity(order)) < 1e-12)
        let rebuilt = vectors * .diagonal(eigen.values) * vectors.transposed
        #expect(Self.distance(rebuilt, matrix) < 1e-12 * Double(order))
    }

    @Test("singular values and vectors give the matrix back", arguments: [(3, 8), (8, 3), (1, 1)])
    func singular(_ shape: (Int, Int)) throws {
        var random = RandomStream(seed: 5)
        let matrix = random.matrix(shape.0, shape.1)
        let parts = try SingularValues(matrix)
        #expect(parts.values == parts.values.sorted(by: >))
        let rebuilt = parts.left * .diagonal(parts.values) * parts.rightTransposed
        #expect(Self.distance(rebuilt, matrix) < 1e-13)
    }

    @Test("least squares leave what no column explains", arguments: [1, 2, 5, 30])
    func leastSquares(_ columns: Int) throws {
        var random = RandomStream(seed: 6)
        let matrix = random.matrix(columns + 40, columns)
        let target = random.normals(columns + 40)
        let parts = try QRFactorization(matrix)
        #expect(Self.distance(parts.orthonormal() * parts.upper, matrix) < 1e-12)
        let (solution, residual) = try parts.leastSquares(target)
        let left = zip(target, matrix.times(solution.span)).map { $0 - $1 }
        #expect(matrix.transposedTimes(left.span).allSatisfy { abs($0) < 1e-11 })
        #expect(abs(left.span.dot(left.span) - residual) < 1e-11)
        let (other, rank) = try SingularValues(matrix).leastSquares(target)
        #expect(rank == columns)
        #expect(zip(solution, other).allSatisfy { abs($0 - $1) < 1e-11 })
    }

    @Test(
        "columns that depend on each other are named; the shortest solution is found all the same"
    )
    func rank() throws {
        let matrix = Matrix([[1, 2, 3], [2, 4, 5], [3, 6, 1], [4, 8, 0]])
        let parts = try QRFactorization(matrix)
        #expect(throws: LinearAlgebraError.singular(column: 1)) {
            try parts.leastSquares([1, 2, 3, 4])
        }
        let (solution, rank) = try SingularValues(matrix).leastSquares([1, 2, 3, 4])
        #expect(rank == 2)
        #expect(abs(2 * solution[0] - solution[1]) < 1e-12)
        #expect(zip(matrix.times(solution.span), [1, 2, 3, 4]).allSatisfy { abs($0 - $1) < 1e-12 })
    }

    @Test("determinants far from 1 neither overflow nor vanish", arguments: [5, 40])
    func determinants(_ order: Int) throws {
        for pivot in [1e-90, 1e80] {
            let root = try Cholesky(.diagonal(Array(repeating: pivot, count: order)))
            let truth = Double(order) * Elementary.log(pivot)
            #expect(abs(root.logDeterminant / truth - 1) < 1e-14)
        }
    }

    @Test("bad data throws what it is")
    func faults() {
        let indefinite = Matrix([[4, 2, 0], [2, 1, 0], [0, 0, 1]])
        #expect(throws: LinearAlgebraError.notPositiveDefinite(order: 2)) {
            try Cholesky(indefinite)
        }
        for bad in [Double.nan, .infinity] {
            let matrix = Matrix([[1, bad], [bad, 1]])
            #expect(throws: LinearAlgebraError.notFinite) { try Cholesky(matrix) }
            #expect(throws: LinearAlgebraError.notFinite) { try SymmetricEigen(matrix) }
            #expect(throws: LinearAlgebraError.notFinite) { try QRFactorization(matrix) }
            #expect(throws: LinearAlgebraError.notFinite) { try SingularValues(matrix) }
        }
        #expect(throws: LinearAlgebraError.notFinite) {
            try QRFactorization(.identity(2)).leastSquares([1, .nan])
        }
        #expect("\(LinearAlgebraError.notPositiveDefinite(order: 2))".contains("order 2"))
    }

    @Test("nothing has an empty root and no eigenvalues")
    func empty() throws {
        let nothing = Matrix(rows: 0, columns: 0)
        #expect(try Cholesky(nothing).logDeterminant == 0)
        #expect(try SymmetricEigen(nothing).values.isEmpty)
        #expect(nothing * nothing == nothing)
    }

    @Test("wrong shapes trap")
    func shapes() async {
        await #expect(processExitsWith: .failure) {
            _ = Matrix(rows: 2, columns: 2) * Matrix(rows: 3, columns: 2)
        }
        await #expect(processExitsWith: .failure) {
            _ = try Cholesky(Matrix(rows: 2, columns: 3))
        }
    }
}
