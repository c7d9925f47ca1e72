/// Notices, while a message is read, whether each of its repeated and message fields lies in one
/// place.
struct RunTracker {
    /// Consecutive elements of one field.
    struct Run {
        let field: FieldEntry
        let start: Int
        let end: Int
        let count: Int
    }

    /// Whether a singular message was seen twice, or a repeated field in two runs.
    private(set) var isScattered = false

    private var field: FieldEntry?
    private var start = 0
    private var end = 0
    private var count = 0
    private var seen: InlineArray<4, UInt64> = [0, 0, 0, 0]

    /// The run of map entries that was extended last, if it has more than one.
    var mapRun: Run? {
        guard count > 1, let field, field.cardinality == .map else { return nil }
        return Run(field: field, start: start, end: end, count: count)
    }

    /// Adds an element.
    ///
    /// - Parameters:
    ///   - field: the element's field, which has a tracked bit.
    ///   - start: the offset of the element's tag.
    ///   - end: the offset after the element.
    /// - Returns: the run of another field's map entries that this element ended.
    @inline(__always)
    mutating func extend(_ field: FieldEntry, from start: Int, to end: Int) -> Run? {
        if field == self.field && start == self.end && field.isRepeated {
            self.end = end
            count &+= 1
            return nil
        }
        let ended = mapRun
        // Beyond 256 tracked fields there is no bit to tell by: such a message is put in order
        // whenever it has one of those fields, which is right, only slower.
        let bit = Int(field.trackedBit)
        if bit >= 256 || seen[bit &>> 6] & (1 &<< UInt64(bit & 63)) != 0 {
            isScattered = true
        } else {
            seen[bit &>> 6] |= 1 &<< UInt64(bit & 63)
        }
        self.field = field
        self.start = start
        self.end = end
        count = 1
        return ended
    }
}
