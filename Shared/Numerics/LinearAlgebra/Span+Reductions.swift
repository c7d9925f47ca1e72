extension Span where Element == Double {
    /// The sum of the elements.
    ///
    /// Its order depends on the count alone; NaN and infinities pass through. Linear time.
    ///
    /// - Returns: the sum; 0 of nothing.
    public func sum() -> Double {
        // The buffer lives during the closure.
        unsafe withUnsafeBufferPointer { buffer in
            guard let start = buffer.baseAddress else { return 0 }
            return unsafe Kernel.sum(start, buffer.count)
        }
    }

    /// The sum of products with the elements of another vector.
    ///
    /// Its order depends on the count alone; NaN and infinities pass through. Linear time.
    ///
    /// - Parameter other: as many elements as here.
    /// - Returns: the inner product; 0 of nothing.
    public func dot(_ other: Span<Double>) -> Double {
        precondition(count == other.count, "vectors of one length have an inner product")
        // Both buffers live during the closures, and are of the same count.
        return unsafe withUnsafeBufferPointer { left in
            unsafe other.withUnsafeBufferPointer { right in
                guard let x = left.baseAddress, let y = right.baseAddress else { return 0 }
                return unsafe Kernel.dot(x, y, left.count)
            }
        }
    }

    /// The inner products with each of some columns, which are read four at a time.
    ///
    /// Their order of summation depends on the counts alone. Linear time.
    ///
    /// - Parameters:
    ///   - columns: one after another, each with as many elements as here.
    ///   - result: one for each column, to be filled.
    public func dot(columns: Span<Double>, into result: inout MutableSpan<Double>) {
        precondition(columns.count == count * result.count, "columns are as long as the vector")
        // All buffers live during the closures, and are of the counts that are passed on.
        unsafe withUnsafeBufferPointer { vector in
            unsafe columns.withUnsafeBufferPointer { columns in
                unsafe result.withUnsafeMutableBufferPointer { result in
                    guard let x = vector.baseAddress, let a = columns.baseAddress,
                        let y = result.baseAddress
                    else { return }
                    unsafe Kernel.transposedTimes(
                        a,
                        x,
                        y,
                        rows: vector.count,
                        columns: result.count,
                        stride: vector.count
                    )
                }
            }
        }
    }

    /// The largest absolute value; NaN if there is one, 0 of nothing.
    public func maximumMagnitude() -> Double {
        var largest = 0.0
        for index in indices {
            let magnitude = abs(self[index])
            if magnitude.isNaN { return .nan }
            largest = Swift.max(largest, magnitude)
        }
        return largest
    }

    /// Whether no element is NaN or infinite.
    public func isFinite() -> Bool {
        // Zero times anything finite is zero, so the sum tells at the speed of memory.
        var sum = 0.0
        for index in indices { sum += self[index] * 0 }
        return sum == 0
    }
}

extension MutableSpan where Element == Double {
    /// Adds a multiple of another vector: self ← self + factor · x.
    ///
    /// - Parameters:
    ///   - x: as many elements as here.
    ///   - factor: what they are multiplied by.
    public mutating func add(_ x: Span<Double>, times factor: Double) {
        precondition(count == x.count, "vectors of one length can be added")
        // Both buffers live during the closures, and are of the same count.
        unsafe withUnsafeMutableBufferPointer { target in
            unsafe x.withUnsafeBufferPointer { source in
                guard let y = target.baseAddress, let x = source.baseAddress else { return }
                unsafe Kernel.axpy(factor, x, y, target.count)
            }
        }
    }

    /// Adds multiples of some columns, four of which are read at a time.
    ///
    /// - Parameters:
    ///   - columns: one after another, each with as many elements as here.
    ///   - factors: what each is multiplied by.
    public mutating func add(columns: Span<Double>, times factors: Span<Double>) {
        precondition(columns.count == count * factors.count, "columns are as long as the vector")
        // All buffers live during the closures, and are of the counts that are passed on.
        unsafe withUnsafeMutableBufferPointer { target in
            unsafe columns.withUnsafeBufferPointer { columns in
                unsafe factors.withUnsafeBufferPointer { factors in
                    guard let y = target.baseAddress, let a = columns.baseAddress,
                        let x = factors.baseAddress
                    else { return }
                    unsafe Kernel.addTimes(
                        a,
                        x,
                        y,
                        rows: target.count,
                        columns: factors.count,
                        stride: target.count
                    )
                }
            }
        }
    }

    /// Fills it with a multiple of another vector: self ← factor · x.
    ///
    /// - Parameters:
    ///   - x: as many elements as here.
    ///   - factor: what they are multiplied by.
    public mutating func fill(_ x: Span<Double>, times factor: Double) {
        precondition(count == x.count, "a multiple is of the same length")
        for index in indices { self[index] = factor * x[index] }
    }

    /// Adds one number to every element.
    ///
    /// - Parameter amount: the number.
    public mutating func raise(by amount: Double) {
        for index in indices { self[index] += amount }
    }

    /// Multiplies every element.
    ///
    /// - Parameter factor: what by.
    public mutating func scale(by factor: Double) {
        for index in indices { self[index] *= factor }
    }

    /// Fills it with the elements of another vector.
    ///
    /// - Parameter x: as many elements as here.
    public mutating func copy(_ x: Span<Double>) {
        precondition(count == x.count, "a copy is of the same length")
        for index in indices { self[index] = x[index] }
    }
}
