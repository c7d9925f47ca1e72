internal import Numerics

/// Columns that are multiplied by a coefficient each and added up: trend and seasons.
struct ColumnBlock: Sendable {
    private let slots: [Int]
    private let columns: [[Double]]

    init(slots: [Int], columns: [[Double]]) {
        self.slots = slots
        self.columns = columns
    }

    func forward(_ values: [Double], into sum: inout [Double]) {
        var sum = sum.mutableSpan
        for (slot, column) in zip(slots, columns) { sum.add(column.span, times: values[slot]) }
    }

    func pull(_ sumAdjoint: [Double], into adjoints: inout [Double]) {
        for (slot, column) in zip(slots, columns) {
            adjoints[slot] += column.span.dot(sumAdjoint.span)
        }
    }
}
