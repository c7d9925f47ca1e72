/// Loops over plain memory that everything else stands on.
///
/// All sums have a fixed order that depends on the count alone: sixteen running sums, folded in
/// pairs, then what is left over, one by one. No product is ever fused with a sum, so bits do not
/// depend on the machine's instructions. Callers promise `count` readable (writable) elements
/// behind each pointer.
enum Kernel {
    typealias Four = SIMD4<Double>

    @inline(__always)
    static func load(_ x: UnsafePointer<Double>, _ index: Int) -> Four {
        // The caller promised four elements from `index` on.
        unsafe UnsafeRawPointer(x + index).loadUnaligned(as: Four.self)
    }

    @inline(__always)
    static func store(_ value: Four, _ x: UnsafeMutablePointer<Double>, _ index: Int) {
        // The caller promised four elements from `index` on.
        unsafe UnsafeMutableRawPointer(x + index).storeBytes(of: value, as: Four.self)
    }

    @inline(__always)
    static func fold(_ a: Four, _ b: Four, _ c: Four, _ d: Four) -> Double {
        let all = (a + b) + (c + d)
        return (all[0] + all[1]) + (all[2] + all[3])
    }

    @inline(__always)
    private static func sum(_ a: Four) -> Double { (a[0] + a[1]) + (a[2] + a[3]) }

    static func dot(
        _ x: UnsafePointer<Double>,
        _ y: UnsafePointer<Double>,
        _ count: Int
    ) -> Double {
        var (a, b, c, d) = (Four.zero, Four.zero, Four.zero, Four.zero)
        var index = 0
        while index + 16 <= count {
            unsafe a += load(x, index) * load(y, index)
            unsafe b += load(x, index + 4) * load(y, index + 4)
            unsafe c += load(x, index + 8) * load(y, index + 8)
            unsafe d += load(x, index + 12) * load(y, index + 12)
            index += 16
        }
        while index + 4 <= count {
            unsafe a += load(x, index) * load(y, index)
            index += 4
        }
        var sum = fold(a, b, c, d)
        while index < count {
            unsafe sum += x[index] * y[index]
            index += 1
        }
        return sum
    }

    static func sum(_ x: UnsafePointer<Double>, _ count: Int) -> Double {
        var (a, b, c, d) = (Four.zero, Four.zero, Four.zero, Four.zero)
        var index = 0
        while index + 16 <= count {
            unsafe a += load(x, index)
            unsafe b += load(x, index + 4)
            unsafe c += load(x, index + 8)
            unsafe d += load(x, index + 12)
            index += 16
        }
        while index + 4 <= count {
            unsafe a += load(x, index)
            index += 4
        }
        var sum = fold(a, b, c, d)
        while index < count {
            unsafe sum += x[index]
            index += 1
        }
        return sum
    }

    /// y += factor · x.
    static func axpy(
        _ factor: Double,
        _ x: UnsafePointer<Double>,
        _ y: UnsafeMutablePointer<Double>,
        _ count: Int
    ) {
        for index in 0..<count {
            unsafe y[index] = y[index] + factor * x[index]
        }
    }

    /// Fills y with x.
    static func copy(
        _ x: UnsafePointer<Double>,
        _ y: UnsafeMutablePointer<Double>,
        _ count: Int
    ) {
        unsafe y.update(from: x, count: count)
    }

    /// result = Aᵀ x for the columns of A, four of which are read with each part of x.
    static func transposedTimes(
        _ matrix: UnsafePointer<Double>,
        _ x: UnsafePointer<Double>,
        _ result: UnsafeMutablePointer<Double>,
        rows: Int,
        columns: Int
    ) {
        var column = 0
        while column + 4 <= columns {
            let a = unsafe matrix + column * rows
            let (b, c) = unsafe (a + rows, a + 2 * rows)
            let d = unsafe a + 3 * rows
            var (p, q, r, s) = (Four.zero, Four.zero, Four.zero, Four.zero)
            var row = 0
            while row + 4 <= rows {
                let part = unsafe load(x, row)
                unsafe p += load(a, row) * part
                unsafe q += load(b, row) * part
                unsafe r += load(c, row) * part
                unsafe s += load(d, row) * part
                row += 4
            }
            var sums = Four(sum(p), sum(q), sum(r), sum(s))
            while row < rows {
                unsafe sums += Four(a[row], b[row], c[row], d[row]) * x[row]
                row += 1
            }
            unsafe store(sums, result, column)
            column += 4
        }
        while column < columns {
            unsafe result[column] = dot(matrix + column * rows, x, rows)
            column += 1
        }
    }

    /// y += A x for the columns of A, four of which are added at a time.
    static func addTimes(
        _ matrix: UnsafePointer<Double>,
        _ x: UnsafePointer<Double>,
        _ y: UnsafeMutablePointer<Double>,
        rows: Int,
        columns: Int
    ) {
        var column = 0
        while column + 4 <= columns {
            let a = unsafe matrix + column * rows
            let (b, c) = unsafe (a + rows, a + 2 * rows)
            let d = unsafe a + 3 * rows
            let (p, q) = unsafe (x[column], x[column + 1])
            let (r, s) = unsafe (x[column + 2], x[column + 3])
            for row in 0..<rows {
                unsafe y[row] = y[row] + ((a[row] * p + b[row] * q) + (c[row] * r + d[row] * s))
            }
            column += 4
        }
        while column < columns {
            unsafe axpy(x[column], matrix + column * rows, y, rows)
            column += 1
        }
    }

    /// y = A x for a symmetric A of which the lower triangle is read, column after column.
    ///
    /// Four columns are taken at a time, so that each element of the triangle is read once and
    /// used for both halves. Costs count² multiplications and half of that in memory traffic.
    static func symmetricTimes(
        _ matrix: UnsafePointer<Double>,
        _ x: UnsafePointer<Double>,
        _ y: UnsafeMutablePointer<Double>,
        _ count: Int
    ) {
        unsafe y.update(repeating: 0, count: count)
        var column = 0
        while column + 4 <= count {
            unsafe fourColumns(matrix, x, y, count, column)
            column += 4
        }
        while column < count {
            let start = unsafe matrix + column * count
            let factor = unsafe x[column]
            var sum = unsafe start[column] * factor
            for row in (column + 1)..<max(count, column + 1) {
                unsafe y[row] = y[row] + start[row] * factor
                unsafe sum += start[row] * x[row]
            }
            unsafe y[column] = y[column] + sum
            column += 1
        }
    }

    /// The share of four columns and of the rows that mirror them.
    private static func fourColumns(
        _ matrix: UnsafePointer<Double>,
        _ x: UnsafePointer<Double>,
        _ y: UnsafeMutablePointer<Double>,
        _ count: Int,
        _ column: Int
    ) {
        let a = unsafe matrix + column * count
        let b = unsafe a + count
        let c = unsafe b + count
        let d = unsafe c + count
        let (p, q) = unsafe (x[column], x[column + 1])
        let (r, s) = unsafe (x[column + 2], x[column + 3])
        var (sumA, sumB, sumC, sumD) = (Four.zero, Four.zero, Four.zero, Four.zero)
        var row = column + 4
        while row + 4 <= count {
            let (ea, eb) = unsafe (load(a, row), load(b, row))
            let (ec, ed) = unsafe (load(c, row), load(d, row))
            let below = unsafe load(x, row)
            unsafe store(load(y, row) + ((ea * p + eb * q) + (ec * r + ed * s)), y, row)
            sumA += ea * below
            sumB += eb * below
            sumC += ec * below
            sumD += ed * below
            row += 4
        }
        var (ta, tb) = (fold(sumA, .zero, .zero, .zero), fold(sumB, .zero, .zero, .zero))
        var (tc, td) = (fold(sumC, .zero, .zero, .zero), fold(sumD, .zero, .zero, .zero))
        while row < count {
            let below = unsafe x[row]
            unsafe y[row] = y[row] + ((a[row] * p + b[row] * q) + (c[row] * r + d[row] * s))
            unsafe ta += a[row] * below
            unsafe tb += b[row] * below
            unsafe tc += c[row] * below
            unsafe td += d[row] * below
            row += 1
        }
        // The small square on the diagonal, from its lower half.
        let k = column
        unsafe ta += (a[k] * p + a[k + 1] * q) + (a[k + 2] * r + a[k + 3] * s)
        unsafe tb += (a[k + 1] * p + b[k + 1] * q) + (b[k + 2] * r + b[k + 3] * s)
        unsafe tc += (a[k + 2] * p + b[k + 2] * q) + (c[k + 2] * r + c[k + 3] * s)
        unsafe td += (a[k + 3] * p + b[k + 3] * q) + (c[k + 3] * r + d[k + 3] * s)
        unsafe y[k] = y[k] + ta
        unsafe y[k + 1] = y[k + 1] + tb
        unsafe y[k + 2] = y[k + 2] + tc
        unsafe y[k + 3] = y[k + 3] + td
    }
}
