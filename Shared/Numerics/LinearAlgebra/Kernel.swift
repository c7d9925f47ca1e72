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
    static func sum(_ a: Four) -> Double { (a[0] + a[1]) + (a[2] + a[3]) }

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

    /// x · (y + z), which reads x once.
    static func dot(
        _ x: UnsafePointer<Double>,
        _ y: UnsafePointer<Double>,
        plus z: UnsafePointer<Double>,
        _ count: Int
    ) -> Double {
        var (a, b, c, d) = (Four.zero, Four.zero, Four.zero, Four.zero)
        var index = 0
        while index + 16 <= count {
            unsafe a += load(x, index) * (load(y, index) + load(z, index))
            unsafe b += load(x, index + 4) * (load(y, index + 4) + load(z, index + 4))
            unsafe c += load(x, index + 8) * (load(y, index + 8) + load(z, index + 8))
            unsafe d += load(x, index + 12) * (load(y, index + 12) + load(z, index + 12))
            index += 16
        }
        while index + 4 <= count {
            unsafe a += load(x, index) * (load(y, index) + load(z, index))
            index += 4
        }
        var sum = fold(a, b, c, d)
        while index < count {
            unsafe sum += x[index] * (y[index] + z[index])
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

    /// result = Aᵀ x for the columns of A, four of which are read with each part of x; each column
    /// begins `stride` elements after the one before.
    static func transposedTimes(
        _ matrix: UnsafePointer<Double>,
        _ x: UnsafePointer<Double>,
        _ result: UnsafeMutablePointer<Double>,
        rows: Int,
        columns: Int,
        stride: Int
    ) {
        var column = 0
        while column + 4 <= columns {
            let a = unsafe matrix + column * stride
            let (b, c) = unsafe (a + stride, a + 2 * stride)
            let d = unsafe a + 3 * stride
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
            unsafe result[column] = dot(matrix + column * stride, x, rows)
            column += 1
        }
    }

    /// y += A x for the columns of A, four of which are added at a time; each column begins
    /// `stride` elements after the one before.
    static func addTimes(
        _ matrix: UnsafePointer<Double>,
        _ x: UnsafePointer<Double>,
        _ y: UnsafeMutablePointer<Double>,
        rows: Int,
        columns: Int,
        stride: Int
    ) {
        var column = 0
        while column + 4 <= columns {
            let a = unsafe matrix + column * stride
            let (b, c) = unsafe (a + stride, a + 2 * stride)
            let d = unsafe a + 3 * stride
            let (p, q) = unsafe (x[column], x[column + 1])
            let (r, s) = unsafe (x[column + 2], x[column + 3])
            for row in 0..<rows {
                unsafe y[row] = y[row] + ((a[row] * p + b[row] * q) + (c[row] * r + d[row] * s))
            }
            column += 4
        }
        while column < columns {
            unsafe axpy(x[column], matrix + column * stride, y, rows)
            column += 1
        }
    }
}
