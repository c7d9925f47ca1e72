/// Loops over a lower triangular `[n × n]`, column after column, with a vector in place.
///
/// Four columns are taken at a time where that saves reading the vector. Callers promise `count`
/// columns of as many readable elements, and as many writable ones behind the vector; neither
/// overlaps the other.
enum TriangularKernel {
    /// Replaces b by the x of L x = b: each column is taken from what is below it.
    static func solve(
        _ lower: UnsafePointer<Double>,
        _ vector: UnsafeMutablePointer<Double>,
        _ count: Int
    ) {
        for index in 0..<count {
            let column = unsafe lower + index * count
            let x = unsafe vector[index] / column[index]
            unsafe vector[index] = x
            let below = index + 1
            unsafe Kernel.axpy(-x, column + below, vector + below, count - below)
        }
    }

    /// Replaces b by the x of Lᵀ x = b, from the last on.
    static func solveTransposed(
        _ lower: UnsafePointer<Double>,
        _ vector: UnsafeMutablePointer<Double>,
        _ count: Int
    ) {
        var end = count
        while end > 0 {
            let start = max(0, end - 4)
            var known = Kernel.Four.zero
            if end - start == 4 {
                unsafe known = fourDots(lower + start * count, vector, from: end, to: count, count)
            }
            for index in stride(from: end - 1, through: start, by: -1) {
                let column = unsafe lower + index * count
                var rest = known[index - start]
                let next = end - start == 4 ? end : count
                for row in (index + 1)..<max(next, index + 1) {
                    unsafe rest += column[row] * vector[row]
                }
                unsafe vector[index] = (vector[index] - rest) / column[index]
            }
            end = start
        }
    }

    /// Replaces x by L x, from the last columns on, so that each finds its factor still there.
    static func multiply(
        _ lower: UnsafePointer<Double>,
        _ vector: UnsafeMutablePointer<Double>,
        _ count: Int
    ) {
        var end = count
        while end > 0 {
            let start = max(0, end - 4)
            if end - start == 4 {
                unsafe Kernel.addTimes(
                    lower + start * count + end,
                    vector + start,
                    vector + end,
                    rows: count - end,
                    columns: 4,
                    stride: count
                )
            }
            let next = end - start == 4 ? end : count
            for index in stride(from: end - 1, through: start, by: -1) {
                let column = unsafe lower + index * count
                let x = unsafe vector[index]
                for row in (index + 1)..<max(next, index + 1) {
                    unsafe vector[row] = vector[row] + column[row] * x
                }
                unsafe vector[index] = column[index] * x
            }
            end = start
        }
    }

    /// The products of four columns with the vector, over some of the rows.
    @inline(__always)
    private static func fourDots(
        _ columns: UnsafePointer<Double>,
        _ vector: UnsafePointer<Double>,
        from start: Int,
        to end: Int,
        _ stride: Int
    ) -> Kernel.Four {
        var sums = Kernel.Four.zero
        unsafe withUnsafeMutablePointer(to: &sums) { sums in
            unsafe sums.withMemoryRebound(to: Double.self, capacity: 4) {
                unsafe Kernel.transposedTimes(
                    columns + start,
                    vector + start,
                    $0,
                    rows: end - start,
                    columns: 4,
                    stride: stride
                )
            }
        }
        return sums
    }
}
