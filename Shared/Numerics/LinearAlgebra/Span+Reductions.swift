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
