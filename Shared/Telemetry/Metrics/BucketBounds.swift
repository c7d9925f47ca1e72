/// Where the buckets of a histogram end.
public struct BucketBounds: Sendable, ExpressibleByArrayLiteral {
    /// The greatest value of each bucket, in ascending order; one more bucket is for all above.
    public let values: [Double]

    /// How many bounds there may be.
    public static let maximumCount = 64

    /// Checks bounds: a list that no histogram can have is a mistake of the program.
    ///
    /// - Parameter values: finite, not below zero, in ascending order, 1 to 64 of them.
    public init(_ values: [Double]) {
        let fault = Self.fault(in: values)
        precondition(fault == nil, fault ?? "")
        self.values = values
    }

    /// Checks bounds, as ``init(_:)`` does.
    public init(arrayLiteral elements: Double...) {
        self.init(elements)
    }

    /// Seconds a request takes: from half a millisecond to a minute.
    public static let requestSeconds: BucketBounds = [
        0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]

    /// Bounds of which each is a multiple of the one before.
    ///
    /// - Parameters:
    ///   - first: the first bound, above zero.
    ///   - factor: above 1.
    ///   - count: how many, 1 to 64.
    /// - Returns: the bounds.
    public static func exponential(
        from first: Double,
        factor: Double,
        count: Int
    ) -> BucketBounds {
        precondition(count > 0 && count <= maximumCount, "1 to \(maximumCount) bounds")
        var values = [first]
        for _ in 1..<count { values.append(values[values.count - 1] * factor) }
        return BucketBounds(values)
    }

    /// What is wrong with bounds, as a sentence; nil if nothing is.
    static func fault(in values: [Double]) -> String? {
        if values.isEmpty || values.count > maximumCount {
            return "a histogram has 1 to \(maximumCount) bounds, not \(values.count)"
        }
        if let value = values.first(where: { !$0.isFinite || $0 < 0 }) {
            return "a bound is finite and not below zero, unlike \(value)"
        }
        return zip(values, values.dropFirst()).allSatisfy { $0 < $1 }
            ? nil : "bounds are in ascending order"
    }
}
