/// A value whose arrays others have too until it writes to them; optimised as numbers are.
package struct SharedScratch: Sendable {
    /// A part that has an array of its own.
    package struct Part: Sendable {
        /// What it has counted.
        package var counts = [0]

        mutating func count() { counts[0] += 1 }
    }

    /// Values with arrays of their own.
    package private(set) var parts = [Part(), Part()]
    /// An array of numbers.
    package private(set) var sums = [0.0]
    private var scratch = [1.0, 2.0, 3.0]

    /// A value that has counted nothing.
    package init() {}

    /// Lends out one of its arrays, then writes to the others.
    @inline(never)
    package mutating func count() {
        var cleared = scratch.mutableSpan
        cleared.update(repeating: 0)
        for index in parts.indices { parts[index].count() }
        sums[0] += 1
    }
}
