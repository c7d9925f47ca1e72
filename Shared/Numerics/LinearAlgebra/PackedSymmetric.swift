/// A symmetric matrix packed for products with vectors.
///
/// The lower triangle lies in panels of four columns. A panel begins with its square on the
/// diagonal, both halves of it; then come its rows below, four at a time, column after column. So
/// a product reads memory once, from the first number to the last, and uses each for both halves.
/// Zeros fill up to multiples of four.
@safe
struct PackedSymmetric: ~Copyable {
    /// The number of rows.
    let order: Int
    private let rounded: Int
    private let elements: UnsafeMutablePointer<Double>
    /// A factor and a product, `[rounded]` each.
    private let factor, product: UnsafeMutablePointer<Double>

    /// Memory for a matrix of zeros.
    ///
    /// - Parameter order: its rows, not negative.
    init(order: Int) {
        self.order = order
        rounded = (order + 3) & ~3
        let panels = rounded / 4
        // All are freed in `deinit`.
        unsafe elements = Self.zeros(8 * panels * (panels + 1))
        unsafe factor = Self.zeros(rounded)
        unsafe product = Self.zeros(rounded)
    }

    private static func zeros(_ count: Int) -> UnsafeMutablePointer<Double> {
        // On cache lines of its own; doubles need no more.
        let memory = UnsafeMutableRawPointer.allocate(
            byteCount: max(8 * count, 64),
            alignment: 64
        )
        return unsafe memory.initializeMemory(as: Double.self, repeating: 0, count: count)
    }

    deinit {
        unsafe elements.deallocate()
        unsafe factor.deallocate()
        unsafe product.deallocate()
    }

    /// Takes over a matrix.
    ///
    /// - Parameter matrix: `[order × order]`; only its lower triangle is read.
    mutating func load(_ matrix: Matrix) {
        precondition(matrix.rows == order && matrix.columns == order, "the shapes do not fit")
        func element(_ row: Int, _ column: Int) -> Double {
            row < order && column < order ? matrix[max(row, column), min(row, column)] : 0
        }
        var place = 0
        for panel in stride(from: 0, to: rounded, by: 4) {
            for row in stride(from: panel, to: rounded, by: 4) {
                for index in 0..<16 {
                    // As many places as panels have groups of rows, sixteen in each.
                    unsafe elements[place] = element(row + index % 4, panel + index / 4)
                    place += 1
                }
            }
        }
    }

    /// y = A x, in order² multiplications.
    ///
    /// - Parameters:
    ///   - x: `[order]`.
    ///   - y: `[order]`, filled.
    func times(_ x: UnsafePointer<Double>, _ y: UnsafeMutablePointer<Double>) {
        unsafe Kernel.copy(x, factor, order)
        unsafe product.update(repeating: 0, count: rounded)
        var place = unsafe UnsafePointer(elements)
        for panel in stride(from: 0, to: rounded, by: 4) {
            unsafe place = multiply(panel, place)
        }
        unsafe Kernel.copy(product, y, order)
    }

    /// The share of one panel and of the rows that mirror it.
    ///
    /// - Returns: where the next panel begins.
    @inline(__always)
    private func multiply(_ panel: Int, _ start: UnsafePointer<Double>) -> UnsafePointer<Double> {
        typealias Four = Kernel.Four
        var place = unsafe start
        let (p, q) = unsafe (Four(repeating: factor[panel]), Four(repeating: factor[panel + 1]))
        let (r, s) = unsafe (Four(repeating: factor[panel + 2]), Four(repeating: factor[panel + 3]))
        // Sixteen numbers are behind `place` as long as there are rows.
        let (u, v) = unsafe (Kernel.load(place, 0), Kernel.load(place, 4))
        let (w, z) = unsafe (Kernel.load(place, 8), Kernel.load(place, 12))
        let own = (u * p + v * q) + (w * r + z * s)
        var (sumA, sumB, sumC, sumD) = (Four.zero, Four.zero, Four.zero, Four.zero)
        unsafe place += 16
        for row in stride(from: panel + 4, to: rounded, by: 4) {
            let (a, b) = unsafe (Kernel.load(place, 0), Kernel.load(place, 4))
            let (c, d) = unsafe (Kernel.load(place, 8), Kernel.load(place, 12))
            let below = unsafe Kernel.load(factor, row)
            let share = (a * p + b * q) + (c * r + d * s)
            unsafe Kernel.store(Kernel.load(product, row) + share, product, row)
            sumA += a * below
            sumB += b * below
            sumC += c * below
            sumD += d * below
            unsafe place += 16
        }
        let mirrored = Four(
            Kernel.sum(sumA),
            Kernel.sum(sumB),
            Kernel.sum(sumC),
            Kernel.sum(sumD)
        )
        unsafe Kernel.store(Kernel.load(product, panel) + (own + mirrored), product, panel)
        return unsafe place
    }
}
