import Numerics
import Testing

extension Density {
    /// The log density and its gradient at a point.
    func evaluated(at point: [Double]) throws -> (value: Double, gradient: [Double]) {
        var density = self
        var gradient = Array(repeating: Double.nan, count: point.count)
        var target = gradient.mutableSpan
        let value = try density.logDensity(at: point.span, gradient: &target)
        return (value, gradient)
    }

    /// Every component of the gradient at random points against differences of sixth order.
    func expectDifferences(
        _ label: String,
        points: Int = 3,
        spread: Double = 0.5,
        seed: UInt64 = 7
    ) throws {
        var random = RandomStream(seed: seed)
        for _ in 0..<points {
            let point = (0..<dimension).map { _ in spread * random.normal() }
            let (value, gradient) = try evaluated(at: point)
            #expect(value.isFinite, "\(label)")
            for index in point.indices {
                let step = 2e-3 * max(abs(point[index]), 0.2)
                func odd(_ factor: Double) throws -> Double {
                    var (up, down) = (point, point)
                    up[index] += factor * step
                    down[index] -= factor * step
                    return try evaluated(at: up).value - evaluated(at: down).value
                }
                let slope = (45 * (try odd(1)) - 9 * (try odd(2)) + (try odd(3))) / (60 * step)
                let room = 2e-6 * max(1, abs(slope), 1e-6 * abs(value) / step)
                #expect(
                    abs(gradient[index] - slope) < room,
                    "\(label), \(index): \(gradient[index]) is not \(slope)"
                )
            }
        }
    }
}
