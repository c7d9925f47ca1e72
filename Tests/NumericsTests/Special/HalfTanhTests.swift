import Glibc
import Testing

@testable import Numerics

@Suite("tanh of half of a multiple")
struct HalfTanhTests {
    private func halfTanh(_ x: [Double], _ factor: Double = 1) -> [Double] {
        var results = x
        var target = results.mutableSpan
        Elementary.halfTanh(x.span, times: factor, &target)
        return results
    }

    @Test("errors are at most 2.5 units of the last place", arguments: [1e-300, 1e-8, 1, 30, 1e9])
    func errors(_ largest: Double) {
        var random = RandomStream(seed: 4)
        var accuracy = Accuracy()
        let x = (0..<100_001).map { _ in largest * random.uniform() }
        for (x, y) in zip(x, halfTanh(x)) {
            accuracy.noteUlps(y, truth: Glibc.tanh(Float80(x) / 2), at: x)
        }
        print("half tanh up to \(largest): \(accuracy) units of the last place")
        #expect(accuracy.worst <= 2.5)
    }

    @Test("bits do not depend on where an element stands, and limits are the mathematical ones")
    func places() {
        let x = (0..<40).map { 0.37 * Double($0) } + [0, 0x1p-1060, 1e308, .infinity]
        for count in 0...x.count {
            let part = Array(x.suffix(count))
            #expect(halfTanh(part, 1.7) == part.map { halfTanh([$0], 1.7)[0] })
        }
        #expect(halfTanh([0, .infinity]) == [0, 1])
        #expect(halfTanh([.nan])[0].isNaN && halfTanh([1], .nan)[0].isNaN)
    }
}
