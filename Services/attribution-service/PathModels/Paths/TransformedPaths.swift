/// Paths after transforms, and which touches of those before them are left.
public struct TransformedPaths: Sendable {
    /// The paths.
    public private(set) var table: PathTable
    /// For each path before them, the number that it has now; nil if nothing was transformed.
    public private(set) var numbers: [Int]?
    /// The touches of each path before them that are left, path after path.
    private var kept: [Int32] = []
    private var ends: [Int] = []

    /// Paths after some transforms.
    ///
    /// - Parameters:
    ///   - table: the paths before them.
    ///   - transforms: what is done, one after the other.
    ///   - isTraced: whether it is kept what becomes of touches; four bytes for each of the paths.
    /// - Throws: ``AttributionFailure``, as ``PathTransform/apply(to:)``.
    public init(
        _ table: PathTable,
        _ transforms: [PathTransform],
        isTraced: Bool
    ) throws(AttributionFailure) {
        self.table = table
        for transform in transforms where transform != .unique {
            if isTraced {
                try trace(transform)
            } else {
                self.table = try transform.apply(to: self.table)
            }
        }
    }

    /// Which touch of a path before the transforms one is that is left.
    ///
    /// - Parameters:
    ///   - touch: its place among those that are left.
    ///   - path: the number of the path before the transforms.
    /// - Returns: its place in that path.
    public func place(of touch: Int, of path: Int) -> Int {
        numbers == nil ? touch : Int(kept[(path == 0 ? 0 : ends[path - 1]) + touch])
    }

    /// Applies one more, and follows touches through it.
    private mutating func trace(_ transform: PathTransform) throws(AttributionFailure) {
        var left: [Int32] = []
        var leftEnds: [Int] = []
        var leftNumbers: [Int] = []
        let after = try transform.apply(to: table) { _, touches, number in
            left.append(contentsOf: touches)
            leftEnds.append(left.count)
            leftNumbers.append(number)
        }
        table = after
        guard let before = numbers else {
            (kept, ends, numbers) = (left, leftEnds, leftNumbers)
            return
        }
        var composed: [Int32] = []
        var composedEnds: [Int] = []
        for (path, number) in before.enumerated() {
            for place in (number == 0 ? 0 : leftEnds[number - 1])..<leftEnds[number] {
                composed.append(Int32(self.place(of: Int(left[place]), of: path)))
            }
            composedEnds.append(composed.count)
        }
        (kept, ends, numbers) = (composed, composedEnds, before.map { leftNumbers[$0] })
    }
}
