import Numerics
import Testing

@Suite("Transforms")
struct TransformTests {
    static let transforms: [ScalarTransform] = [
        .real, .positive, .above(-2), .below(3), .between(-1, 4),
    ]

    @Test("slopes are differences, and what was constrained comes back", arguments: transforms)
    func scalars(_ transform: ScalarTransform) {
        for u in [-9.0, -1.3, 0, 0.4, 7] {
            let value = transform.constrain(u)
            let slope = difference(at: u) { transform.constrain($0).value }
            #expect(abs(value.slope - slope) <= 1e-8 * max(abs(slope), 1e-2))
            #expect(abs(value.logJacobian - Elementary.log(abs(value.slope))) < 1e-13)
            let rate = difference(at: u) { transform.constrain($0).logJacobian }
            #expect(abs(value.logJacobianSlope - rate) < 1e-9)
            #expect(abs(transform.unconstrain(value.value) - u) < 1e-10 * max(1, abs(u)))
            // A normal density of x, with its Jacobian.
            let law = Normal(mean: 0.5, scale: 2)
            let gradient = difference(at: u) {
                let moved = transform.constrain($0)
                return law.logDensity(moved.value) + moved.logJacobian
            }
            let pulled = value.pullBack(law.slope(value.value))
            #expect(abs(pulled - gradient) < 1e-7 * max(1, abs(gradient)))
        }
    }

    @Test("far out there is no NaN", arguments: transforms)
    func far(_ transform: ScalarTransform) {
        for u in [-700.0, 700] {
            let value = transform.constrain(u)
            #expect(value.logJacobian.isFinite && value.logJacobianSlope.isFinite)
            #expect(!value.value.isNaN && !value.slope.isNaN)
        }
        #expect(ScalarTransform.positive.unconstrain(0) == -.infinity)
        #expect(ScalarTransform.between(0, 1).unconstrain(2).isNaN)
    }

    /// ln |det| of the derivatives of a map in its first outputs, by differences.
    private func logDeterminant(
        _ u: [Double],
        _ map: ([Double]) -> [Double]
    ) throws -> Double {
        var jacobian = Matrix(rows: u.count, columns: u.count)
        for column in u.indices {
            for row in u.indices {
                jacobian[row, column] = difference(at: u[column]) { value in
                    var moved = u
                    moved[column] = value
                    return map(moved)[row]
                }
            }
        }
        let upper = try QRFactorization(jacobian).upper
        return u.indices.reduce(0) { $0 + Elementary.log(abs(upper[$1, $1])) }
    }

    private func ordered(_ u: [Double]) -> (x: [Double], logJacobian: Double) {
        var x = u
        var target = x.mutableSpan
        let logJacobian = OrderedTransform.constrain(u.span, &target)
        return (x, logJacobian)
    }

    private func simplex(_ u: [Double]) -> (x: [Double], logJacobian: Double) {
        var x = Array(repeating: 0.0, count: u.count + 1)
        var target = x.mutableSpan
        let logJacobian = SimplexTransform.constrain(u.span, &target)
        return (x, logJacobian)
    }

    static let points = [[0.3], [-0.4, 0.9], [0.2, -1.5, 0.7, 2.1]]

    @Test("ordered vectors rise, and come back", arguments: points)
    func orderedVectors(_ u: [Double]) throws {
        let (x, logJacobian) = ordered(u)
        #expect(zip(x, x.dropFirst()).allSatisfy { $0 < $1 })
        #expect(abs(try logDeterminant(u) { ordered($0).x } - logJacobian) < 1e-8)
        var back = u
        var target = back.mutableSpan
        OrderedTransform.unconstrain(x.span, &target)
        #expect(zip(back, u).allSatisfy { abs($0 - $1) < 1e-12 })
        var gradient = x.map { -$0 }
        var place = gradient.mutableSpan
        OrderedTransform.pullBack(u.span, &place)
        for index in u.indices {
            let slope = difference(at: u[index]) { value in
                var moved = u
                moved[index] = value
                let (x, logJacobian) = ordered(moved)
                return logJacobian - 0.5 * x.span.dot(x.span)
            }
            #expect(abs(slope - gradient[index]) < 1e-7)
        }
    }

    @Test("shares add up to 1, and come back", arguments: points)
    func shares(_ u: [Double]) throws {
        let (x, logJacobian) = simplex(u)
        #expect(abs(x.span.sum() - 1) < 1e-14 && x.allSatisfy { $0 > 0 })
        #expect(abs(try logDeterminant(u) { simplex($0).x } - logJacobian) < 1e-8)
        var back = u
        var target = back.mutableSpan
        SimplexTransform.unconstrain(x.span, &target)
        #expect(zip(back, u).allSatisfy { abs($0 - $1) < 1e-12 })
        let law = Dirichlet(x.indices.map { 1.5 + Double($0) })
        var slopes = x
        var place = slopes.mutableSpan
        law.slopes(x.span, &place)
        var gradient = u
        var result = gradient.mutableSpan
        SimplexTransform.pullBack(u.span, x.span, slopes.span, &result)
        for index in u.indices {
            let slope = difference(at: u[index]) { value in
                var moved = u
                moved[index] = value
                let (x, logJacobian) = simplex(moved)
                return logJacobian + law.logDensity(x.span)
            }
            #expect(abs(slope - gradient[index]) < 1e-7)
        }
    }

    @Test("all zeros are equal shares")
    func centre() {
        let x = simplex([0, 0, 0]).x
        #expect(x.allSatisfy { abs($0 - 0.25) < 1e-15 })
    }
}
