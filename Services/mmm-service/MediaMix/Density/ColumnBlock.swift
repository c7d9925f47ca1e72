internal import Numerics

/// Columns that are multiplied by a coefficient each and added up: trend and seasons, and controls
/// whose effects are the same everywhere.
struct ColumnBlock: Sendable {
    private let slots: [Int]
    /// One after another.
    private let columns: [Double]
    /// By column: coefficients, then the derivatives by them.
    private var numbers: [Double]

    init(slots: [Int], columns: [[Double]]) {
        self.slots = slots
        self.columns = columns.flatMap { $0 }
        numbers = slots.map { _ in 0 }
    }

    mutating func forward(_ values: [Double], into sum: inout [Double]) {
        for index in slots.indices { numbers[index] = values[slots[index]] }
        var sum = sum.mutableSpan
        sum.add(columns: columns.span, times: numbers.span)
    }

    mutating func pull(_ sumAdjoint: [Double], into adjoints: inout [Double]) {
        var products = numbers.taken()
        var span = products.mutableSpan
        sumAdjoint.span.dot(columns: columns.span, into: &span)
        numbers = products
        for index in slots.indices { adjoints[slots[index]] += numbers[index] }
    }
}
