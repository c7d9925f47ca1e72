import Dispatch
import Numerics
import Synchronization
import Testing

/// OpenBLAS without threads has no locks either: without turns, some of these come out wrong.
@Suite("Linear algebra on many threads at once")
struct ConcurrencyTests {
    struct Work: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let run: @Sendable (_ square: Matrix, _ covariance: Matrix) throws -> Matrix
    }

    static let works = [
        Work(testDescription: "product") { square, _ in square * square },
        Work(testDescription: "Cholesky's root") { try Cholesky($1).lower },
        Work(testDescription: "inverse") { try Cholesky($1).inverse() },
        Work(testDescription: "eigenvectors") { try SymmetricEigen($1).vectors },
        Work(testDescription: "orthonormal columns") { square, _ in
            try QRFactorization(square).orthonormal()
        },
        Work(testDescription: "least squares") { square, _ in
            let solution = try QRFactorization(square).leastSquares(square.elements.prefix(60) + [])
            return Matrix(rows: 60, columns: 1, columnMajor: solution.solution)
        },
        Work(testDescription: "singular vectors") { square, _ in try SingularValues(square).left },
        Work(testDescription: "triangular solution") { square, covariance in
            let root = try Cholesky(covariance)
            var vector = Array(square.elements.prefix(60))
            var target = vector.mutableSpan
            root.solve(&target)
            return Matrix(rows: 60, columns: 1, columnMajor: vector)
        },
    ]

    @Test("gives the bits of one thread alone", arguments: works)
    func sameBits(_ work: Work) throws {
        var random = RandomStream(seed: 7)
        let square = random.matrix(60, 60)
        let covariance = random.matrix(65, 60).gram()
        let truth = try work.run(square, covariance)
        let wrong = Atomic(0)
        DispatchQueue.concurrentPerform(iterations: 8) { _ in
            for _ in 0..<100 {
                let result = try? work.run(square, covariance)
                if result != truth { wrong.add(1, ordering: .relaxed) }
            }
        }
        #expect(wrong.load(ordering: .relaxed) == 0, "of 800")
    }
}
