import TestDensities
import Testing

@Suite("Values do not see what is written to copies of theirs")
struct UnsharedArrayTests {
    /// Fails with the optimisation that the manifest turns off, as long as the compiler has it.
    @Test("after one of their arrays was lent out")
    func lentOut() {
        let first = SharedScratch()
        var copy = first
        copy.count()
        copy.count()
        #expect(copy.parts.map(\.counts) == [[2], [2]])
        #expect(copy.sums == [2])
        #expect(first.parts.map(\.counts) == [[0], [0]])
        #expect(first.sums == [0])
    }
}
