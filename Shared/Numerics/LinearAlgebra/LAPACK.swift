internal import CLAPACKE
internal import Synchronization

/// Why a matrix has no factorization or a system no solution.
public enum LinearAlgebraError: Error, Equatable, CustomStringConvertible {
    /// An element is NaN or infinite.
    case notFinite
    /// The leading minor of this order, from 1, is not positive.
    case notPositiveDefinite(order: Int)
    /// This column, from 0, depends on those before it.
    case singular(column: Int)
    /// An iteration did not converge; so many values are left.
    case noConvergence(remaining: Int)

    /// The reason in words.
    public var description: String {
        switch self {
        case .notFinite: "an element is not a finite number"
        case .notPositiveDefinite(let order):
            "the matrix is not positive definite: its leading minor of order \(order)"
        case .singular(let column): "column \(column) depends on those before it"
        case .noConvergence(let remaining):
            "the iteration did not converge: \(remaining) values are left"
        }
    }
}

/// What all calls of the linear algebra library share.
enum LAPACK {
    // The letters that its functions take: L, T, V and S.
    static let lowerOrLeft = CChar(76)
    static let transposed = CChar(84)
    static let vectors = CChar(86)
    static let small = CChar(83)

    /// Whether NaN is looked for and threads were pinned, and the right to call the library.
    private static let turn = Mutex(false)

    /// Calls the library, on the calling thread alone, while nobody else does.
    ///
    /// OpenBLAS without threads of its own has buffers without locks: calls at the same time now
    /// and then compute in the same one, and give wrong numbers without a word (0.3.21: of 320
    /// factorizations on eight threads about ten). With threads of its own it starts one for each
    /// processor as soon as it is loaded, used or not.
    ///
    /// - Parameter body: calls of the library, and nothing that waits.
    /// - Returns: what the body returns.
    static func call<Result>(_ body: () -> Result) -> Result {
        turn.withLock { isPrepared in
            if !isPrepared {
                // NaN is refused before calls, so the library need not look for it again.
                LAPACKE_set_nancheck(0)
                openblas_set_num_threads(1)
                precondition(openblas_get_num_threads() == 1, "the library has threads of its own")
                isPrepared = true
            }
            return body()
        }
    }

    /// A size as the library takes it.
    static func size(_ value: Int) -> Int32 {
        guard let size = Int32(exactly: value) else {
            preconditionFailure("a matrix with more than 2³¹ rows")
        }
        return size
    }

    /// Refuses what LAPACK has no answer for: some of its iterations do not end on NaN.
    static func check(_ matrix: Matrix) throws(LinearAlgebraError) {
        guard matrix.elements.span.isFinite() else { throw .notFinite }
    }

    /// A negative code says that an argument is wrong, which only we can be to blame for.
    static func positive(_ code: Int32) -> Int {
        precondition(code >= 0, "argument \(-code) is wrong")
        return Int(code)
    }
}
