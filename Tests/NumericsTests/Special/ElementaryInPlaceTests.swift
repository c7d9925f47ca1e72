import Numerics
import Testing

@Suite("Elementary functions in their elements' places")
struct ElementaryInPlaceTests {
    @Test func bitsAreThoseOfTheOthers() {
        for count in [0, 1, 3, 4, 5, 8, 179] {
            let x = (0..<count).map { Double($0) * 0.37 - 2 }
            #expect(changed(x) { Elementary.exp(&$0) } == x.map { Elementary.exp($0) })
            #expect(changed(x) { Elementary.tanh(&$0) } == x.map { Elementary.tanh($0) })
            #expect(changed(x) { Elementary.sigmoid(&$0) } == x.map { Elementary.sigmoid($0) })
            let positive = x.map { $0 + 2.01 }
            #expect(
                changed(positive) { Elementary.log(&$0) } == positive.map { Elementary.log($0) }
            )
        }
    }

    private func changed(
        _ x: [Double],
        by function: (inout MutableSpan<Double>) -> Void
    ) -> [Double] {
        var x = x
        var span = x.mutableSpan
        function(&span)
        return x
    }
}
