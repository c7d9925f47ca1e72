import Glibc
import Testing

@testable import Numerics

@Suite("Elementary functions against 64-bit mantissas")
struct ElementaryTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let range: ClosedRange<Double>
        let isLogarithmic: Bool
        let bound: Double
        let ours: @Sendable (Span<Double>, inout MutableSpan<Double>) -> Void
        let scalar: @Sendable (Double) -> Double
        let truth: @Sendable (Float80) -> Float80
        var testDescription: String { "\(name) on \(range)" }

        /// Numbers spread over the range: evenly, or evenly in their logarithms.
        func inputs(_ count: Int, _ random: inout RandomStream) -> [Double] {
            let (low, high) = (range.lowerBound, range.upperBound)
            return (0..<count).map { _ in
                let share = random.uniform()
                return isLogarithmic
                    ? min(
                        max(Glibc.exp(Glibc.log(low) * (1 - share) + Glibc.log(high) * share), low),
                        high
                    )
                    : low + (high - low) * share
            }
        }
    }

    static let cases: [Case] =
        [
            exp(-708...709.78, 1), exp(-1...1, 1), exp(-745.13 ... -708, 1.5),
            log(0.5...2, 1), log(1e-300...1e300, 1, isLogarithmic: true),
            log(0x1p-1070...2e-308, 1, isLogarithmic: true), log(1e300...1.79e308, 1),
            logOnePlus(-0.5...1, 1.5), logOnePlus(1e-300...1e300, 1.5, isLogarithmic: true),
            logOnePlus(-0.999_999 ... -0.5, 1.5), logOnePlus((-1.0).nextUp ... -0.999_999, 1.5),
            logOnePlus(0x1p-1070...1e-300, 1.5, isLogarithmic: true),
            tanh(-1...1, 2.5), tanh(-25...25, 2.5), tanh(1e-300...1, 2.5, isLogarithmic: true),
            tanh(0x1p-1070...1e-300, 2.5, isLogarithmic: true), tanh(25...1e308, 2.5),
            sigmoid(-40...40, 2.5), sigmoid(-708 ... -30, 2.5), sigmoid(40...1000, 2.5),
        ]

    @Test("errors are within the stated units of the last place", arguments: cases)
    func errors(_ test: Case) {
        var random = RandomStream(seed: 1, stream: 2)
        var accuracy = Accuracy()
        let inputs =
            test.inputs(200_003, &random) + [test.range.lowerBound, test.range.upperBound]
        var results = Array(repeating: 0.0, count: inputs.count)
        var target = results.mutableSpan
        test.ours(inputs.span, &target)
        for (x, y) in zip(inputs, results) {
            accuracy.noteUlps(y, truth: test.truth(Float80(x)), at: x)
        }
        print("\(test.testDescription): \(accuracy) units of the last place")
        #expect(accuracy.worst <= test.bound)
    }

    @Test("each element's bits are those of the scalar form, wherever it stands", arguments: cases)
    func places(_ test: Case) {
        var random = RandomStream(seed: 3)
        let inputs = test.inputs(64, &random) + [.nan, 0, -0.0, .infinity, -.infinity, 1e308]
        for count in 0...inputs.count {
            var results = Array(repeating: 0.0, count: count)
            var target = results.mutableSpan
            let part = Array(inputs.suffix(count))
            test.ours(part.span, &target)
            #expect(results.map(\.bitPattern) == part.map { test.scalar($0).bitPattern })
        }
    }

    @Test("limits are the mathematical ones")
    func limits() {
        #expect(Elementary.exp(-.infinity) == 0 && Elementary.exp(.infinity) == .infinity)
        #expect(Elementary.exp(0) == 1 && Elementary.exp(-746) == 0)
        #expect(Elementary.exp(710) == .infinity && Elementary.exp(.nan).isNaN)
        #expect(Elementary.log(0) == -.infinity && Elementary.log(.infinity) == .infinity)
        #expect(Elementary.log(1) == 0 && Elementary.log(-1).isNaN && Elementary.log(.nan).isNaN)
        #expect(Elementary.logOnePlus(-1) == -.infinity && Elementary.logOnePlus(-2).isNaN)
        #expect(Elementary.logOnePlus(.infinity) == .infinity)
        #expect(Elementary.logOnePlus(-0.0).sign == .minus)
        #expect(Elementary.tanh(.infinity) == 1 && Elementary.tanh(-.infinity) == -1)
        #expect(Elementary.tanh(-0.0).sign == .minus && Elementary.tanh(.nan).isNaN)
        #expect(Elementary.sigmoid(-.infinity) == 0 && Elementary.sigmoid(.infinity) == 1)
        #expect(Elementary.sigmoid(0) == 0.5 && Elementary.sigmoid(.nan).isNaN)
    }

    @Test("sums of exponentials neither overflow nor vanish")
    func sums() {
        #expect(Elementary.softplus(800) == 800)
        #expect(abs(Elementary.softplus(-30) / 9.357622968839737e-14 - 1) < 1e-15)
        #expect(Elementary.logSumExp(-1000, -1000) == -1000 + Glibc.log(2.0))
        #expect(Elementary.logSumExp(-.infinity, -3) == -3)
        #expect(Elementary.logSumExp(-.infinity, -.infinity) == -.infinity)
        #expect(Elementary.logSumExp(.nan, 1).isNaN && Elementary.logSumExp(1, .nan).isNaN)
        #expect(Elementary.logSumExp(.infinity, .infinity) == .infinity)
    }

    @Test("a share of a sum of exponentials is that of its term, and both shares are all")
    func shares() {
        for (x, y) in [(0, 0), (1, -2), (-700, -701), (-1e4, -1e4 + 3), (800, -800), (3, 40)] {
            let (sum, share) = Elementary.sumAndShare(x, y)
            #expect(abs(share - Glibc.exp(y - sum)) < 1e-11)
            #expect(abs(share + Elementary.sumAndShare(y, x).share - 1) < 1e-15)
        }
        #expect(Elementary.sumAndShare(-.infinity, 2).share == 1)
        #expect(Elementary.sumAndShare(2, -.infinity).share == 0)
        #expect(Elementary.sumAndShare(.nan, 2).share.isNaN)
    }
}

extension ElementaryTests {
    private static func exp(_ range: ClosedRange<Double>, _ bound: Double) -> Case {
        Case(
            name: "exp",
            range: range,
            isLogarithmic: false,
            bound: bound,
            ours: Elementary.exp,
            scalar: Elementary.exp,
            truth: { Glibc.exp($0) }
        )
    }

    private static func log(
        _ range: ClosedRange<Double>,
        _ bound: Double,
        isLogarithmic: Bool = false
    ) -> Case {
        Case(
            name: "log",
            range: range,
            isLogarithmic: isLogarithmic,
            bound: bound,
            ours: Elementary.log,
            scalar: Elementary.log,
            truth: { Glibc.log($0) }
        )
    }

    private static func logOnePlus(
        _ range: ClosedRange<Double>,
        _ bound: Double,
        isLogarithmic: Bool = false
    ) -> Case {
        Case(
            name: "logOnePlus",
            range: range,
            isLogarithmic: isLogarithmic,
            bound: bound,
            ours: Elementary.logOnePlus,
            scalar: Elementary.logOnePlus,
            truth: { Glibc.log1p($0) }
        )
    }

    private static func tanh(
        _ range: ClosedRange<Double>,
        _ bound: Double,
        isLogarithmic: Bool = false
    ) -> Case {
        Case(
            name: "tanh",
            range: range,
            isLogarithmic: isLogarithmic,
            bound: bound,
            ours: Elementary.tanh,
            scalar: Elementary.tanh,
            truth: { Glibc.tanh($0) }
        )
    }

    private static func sigmoid(_ range: ClosedRange<Double>, _ bound: Double) -> Case {
        Case(
            name: "sigmoid",
            range: range,
            isLogarithmic: false,
            bound: bound,
            ours: Elementary.sigmoid,
            scalar: Elementary.sigmoid,
            truth: { 1 / (1 + Glibc.exp(-$0)) }
        )
    }
}
