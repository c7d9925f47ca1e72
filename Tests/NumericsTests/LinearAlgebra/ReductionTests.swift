import Testing

@testable import Numerics

@Suite("Reductions")
struct ReductionTests {
    static let counts = [0, 1, 3, 4, 5, 15, 16, 17, 31, 64, 100, 10_003]

    @Test("sums and inner products are within the bound of any summation", arguments: counts)
    func accuracy(_ count: Int) {
        var random = RandomStream(seed: 1, stream: UInt64(count))
        let (x, y) = (random.normals(count), random.normals(count))
        let sum = x.reduce(Float80(0)) { $0 + Float80($1) }
        let product = zip(x, y).reduce(Float80(0)) { $0 + Float80($1.0) * Float80($1.1) }
        let bound = Float80(count) * Float80(Double.ulpOfOne)
        let size = zip(x, y).reduce(Float80(0)) { $0 + abs(Float80($1.0) * Float80($1.1)) }
        #expect(abs(Float80(x.span.sum()) - sum) <= bound * x.reduce(0) { $0 + Float80(abs($1)) })
        #expect(abs(Float80(x.span.dot(y.span)) - product) <= bound * size)
    }

    @Test("the product with a sum is the sum of both products", arguments: counts)
    func productWithSum(_ count: Int) {
        var random = RandomStream(seed: 5, stream: UInt64(count))
        let (x, y, z) = (random.normals(count), random.normals(count), random.normals(count))
        let products = x.indices.map { Float80(x[$0]) * (Float80(y[$0]) + Float80(z[$0])) }
        let truth = products.reduce(0, +)
        let bound =
            Float80(count + 1) * Float80(Double.ulpOfOne) * products.reduce(0) { $0 + abs($1) }
        let ours = unsafe Kernel.dot(x, y, plus: z, count)
        #expect(abs(Float80(ours) - truth) <= bound)
    }

    @Test("where a vector lies in memory changes no bit", arguments: counts)
    func places(_ count: Int) {
        var random = RandomStream(seed: 2)
        let values = random.normals(count)
        let sums = (0..<8).map { shift -> [UInt64] in
            let shifted = Array(repeating: 1.0, count: shift) + values
            let span = shifted.span.extracting(shift...)
            return [span.sum().bitPattern, span.dot(span).bitPattern]
        }
        #expect(Set(sums).count == 1)
    }

    @Test("multiples are added, scaled and copied element by element", arguments: counts)
    func updates(_ count: Int) {
        var random = RandomStream(seed: 3)
        let (x, start) = (random.normals(count), random.normals(count))
        var y = start
        var target = y.mutableSpan
        target.add(x.span, times: 1.7)
        target.scale(by: -0.3)
        #expect(y == zip(start, x).map { ($0 + 1.7 * $1) * -0.3 })
        var copied = y.mutableSpan
        copied.copy(x.span)
        #expect(y == x)
    }

    @Test("NaN and infinities are found wherever they are")
    func bad() {
        for place in 0..<37 {
            var values = Array(repeating: 1.0, count: 37)
            #expect(values.span.isFinite() && values.span.maximumMagnitude() == 1)
            values[place] = -.infinity
            #expect(!values.span.isFinite() && values.span.maximumMagnitude() == .infinity)
            values[place] = .nan
            #expect(!values.span.isFinite() && values.span.maximumMagnitude().isNaN)
        }
    }

    @Test("vectors of different lengths trap")
    func shapes() async {
        await #expect(processExitsWith: .failure) {
            print([1.0, 2].span.dot([1.0].span))
        }
    }

    @Test("a symmetric product reads the lower triangle only", arguments: 1...23)
    func symmetric(_ order: Int) {
        var random = RandomStream(seed: 4, stream: UInt64(order))
        let full = random.matrix(order, order + 3) * random.matrix(order + 3, order)
        let x = random.normals(order)
        var lower = full
        var expected = Array(repeating: 0.0, count: order)
        for row in 0..<order {
            for column in 0..<order {
                if column > row { lower[row, column] = .nan }
                expected[row] += full[max(row, column), min(row, column)] * x[column]
            }
        }
        var product = Array(repeating: 1e300, count: order)
        var packed = PackedSymmetric(order: order)
        packed.load(lower)
        unsafe packed.times(x, &product)
        for (one, other) in zip(product, expected) { #expect(abs(one - other) < 1e-12) }
    }
}
