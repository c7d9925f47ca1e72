/// Notices, while a message is read, whether each of its repeated and message fields lies in one
/// place.
struct RunTracker {
    /// Consecutive elements of one field.
    struct Run {
        /// The field's position in its schema.
        let field: Int
        let start: Int
        var end: Int
        var count: Int
    }

    /// The run that was extended last.
    private(set) var current: Run?

    /// Whether a singular message was seen twice, or a repeated field in two runs.
    private(set) var isScattered = false

    private var seen: InlineArray<4, UInt64> = [0, 0, 0, 0]

    /// Adds an element.
    ///
    /// - Parameters:
    ///   - field: the element's field, which has a tracked bit.
    ///   - index: the field's position in its schema.
    ///   - start: the offset of the element's tag.
    ///   - end: the offset after the element.
    /// - Returns: the run of another field that this element ended.
    @inline(__always)
    mutating func extend(_ field: FieldEntry, _ index: Int, from start: Int, to end: Int) -> Run? {
        if let run = current, run.field == index, run.end == start, field.isRepeated {
            current = Run(field: index, start: run.start, end: end, count: run.count &+ 1)
            return nil
        }
        // Beyond 256 tracked fields there is no bit to tell by: such a message is put in order
        // whenever it has one of those fields, which is right, only slower.
        let bit = Int(field.trackedBit)
        if bit >= 256 || seen[bit / 64] & (1 << UInt64(bit % 64)) != 0 {
            isScattered = true
        } else {
            seen[bit / 64] |= 1 << UInt64(bit % 64)
        }
        let closed = current
        current = Run(field: index, start: start, end: end, count: 1)
        return closed
    }
}
