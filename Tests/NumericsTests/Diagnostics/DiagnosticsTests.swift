import Numerics
import Testing

@Suite("Diagnostics are ArviZ's")
struct DiagnosticsTests {
    struct Table: Decodable {
        struct Case: Decodable {
            let name: String
            let chains: [[Double]]
            let rHat: Double?
            let bulk, tail, mean, meanError, deviationError: Double
            let quantileErrors, fractions: [Double]
        }
        struct Loo: Decodable {
            let logDensities: [[Double]]
            let pointwise, shapes: [Double]
            let sum, error, parameters, goodShape: Double
        }
        let cases: [Case]
        let loo: Loo
    }

    @Test("R-hat, effective sample sizes, errors and energy fractions")
    func golden() throws {
        let cases = try Golden.read("diagnostics.json", as: Table.self).cases
        #expect(cases.count == 9)
        for test in cases {
            var accuracy = Accuracy()
            let chains = test.chains
            if let rHat = test.rHat {
                accuracy.noteRelative(Diagnostics.rHat(chains), truth: rHat, at: 1)
            } else {
                #expect(Diagnostics.rHat(chains).isNaN)
            }
            accuracy.noteRelative(Diagnostics.bulkESS(chains), truth: test.bulk, at: 2)
            accuracy.noteRelative(Diagnostics.tailESS(chains), truth: test.tail, at: 3)
            accuracy.noteRelative(Diagnostics.meanESS(chains), truth: test.mean, at: 4)
            accuracy.noteRelative(Diagnostics.meanError(chains), truth: test.meanError, at: 5)
            accuracy.noteRelative(
                Diagnostics.deviationError(chains),
                truth: test.deviationError,
                at: 6
            )
            for (p, error) in zip([0.05, 0.5, 0.9], test.quantileErrors) {
                accuracy.noteRelative(Diagnostics.quantileError(chains, p), truth: error, at: p)
            }
            for (value, fraction) in zip(Diagnostics.energyFractions(chains), test.fractions) {
                accuracy.noteRelative(value, truth: fraction, at: 7)
            }
            print("\(test.name): \(accuracy)")
            #expect(accuracy.worst < 1e-8, "\(test.name)")
        }
    }

    @Test("leave-one-out, with the shapes of its tails")
    func leaveOneOut() throws {
        let golden = try Golden.read("diagnostics.json", as: Table.self).loo
        let ours = LeaveOneOut(logDensities: golden.logDensities, relativeEfficiency: 0.9)
        var accuracy = Accuracy()
        for index in golden.pointwise.indices {
            accuracy.noteRelative(ours.pointwise[index], truth: golden.pointwise[index], at: 1)
            accuracy.noteRelative(ours.shapes[index], truth: golden.shapes[index], at: 2)
        }
        accuracy.noteRelative(ours.expectedLogDensity, truth: golden.sum, at: 3)
        accuracy.noteRelative(ours.standardError, truth: golden.error, at: 4)
        accuracy.noteRelative(ours.parameters, truth: golden.parameters, at: 5)
        accuracy.noteRelative(ours.largestReliableShape, truth: golden.goodShape, at: 6)
        print("leave-one-out: \(accuracy)")
        #expect(accuracy.worst < 1e-8)
        // The observation that is far off is the one that is not to be relied on.
        #expect(ours.shapes.filter { $0 > ours.largestReliableShape }.count == 1)
    }

    @Test("draws that say nothing are told apart from good ones")
    func degenerate() {
        let constant = [[1.0, 1, 1, 1, 1], [1, 1, 1, 1, 1]]
        #expect(Diagnostics.rHat(constant).isNaN)
        #expect(Diagnostics.bulkESS(constant) == 8)
        #expect(Diagnostics.bulkESS([[1, 2, 3]]).isNaN)
        #expect(Diagnostics.bulkESS([]).isNaN && Diagnostics.rHat([]).isNaN)
        #expect(Diagnostics.tailESS([[1, .nan, 3, 4]]).isNaN)
        #expect(Diagnostics.rHat([[1, 2, 3, 4], [1, 2, 3, .infinity]]).isNaN)
        #expect(Diagnostics.quantileError([[1, 2]], 0.5).isNaN)
        #expect(Diagnostics.meanError([[1, 2, 3, 4], [1, 2, 3]]).isNaN)
    }

    @Test("two runs overlap as far as their distributions do")
    func overlap() {
        #expect(Diagnostics.overlap([1, 2, 3], [3, 1, 2]) == 1)
        #expect(Diagnostics.overlap([1, 2], [3, 4]) == 0)
        #expect(Diagnostics.overlap([1, 1, 2, 2], [1, 2, 2, 2]) == 0.75)
        #expect(Diagnostics.overlap([], [1]).isNaN && Diagnostics.overlap([.nan], [1]).isNaN)
    }

    @Test("quantiles lie between the draws around them")
    func quantiles() {
        #expect(Diagnostics.quantile([5], 0.3) == 5)
        #expect(Diagnostics.quantile([1, 2, 4], 0.5) == 2)
        #expect(Diagnostics.quantile([1, 2, 4], 0.75) == 3)
        #expect(Diagnostics.quantile([1, 2, 4], 0) == 1)
        #expect(Diagnostics.quantile([1, 2, 4], 1) == 4)
    }
}
