import Numerics
import TestKit
import Testing

@testable import Panels

/// How far columns can be told from each other.
@Suite struct CollinearityTests {
    /// Columns that are orthogonal to rounding, of mean 0: waves of whole periods.
    private func orthogonal(_ count: Int, rows: Int = 64) -> [[Double]] {
        // Walsh functions: rows of signs, exactly orthogonal.
        (1...count).map { column in
            (0..<rows).map { (column & $0).nonzeroBitCount.isMultiple(of: 2) ? 1.0 : -1.0 }
        }
    }

    @Test(arguments: [-0.9999, -0.9, 0, 0.3, 0.5, 0.948_683_298_050_513_8, 0.999])
    func inflationOfTwoIsKnown(_ correlation: Double) throws {
        let base = orthogonal(3)
        let rest = (1 - correlation * correlation).squareRoot()
        let mixed = zip(base[0], base[1]).map { 7 + 1e6 * (correlation * $0 + rest * $1) }
        let found = try #require(try Collinearity([base[0], mixed, base[2]]))
        let expected = 1 / (1 - correlation * correlation)
        #expect(abs(found.correlation(0, 1) - correlation) < 1e-12)
        for (inflation, wanted) in zip(found.inflations, [expected, expected, 1]) {
            #expect(abs(inflation - wanted) <= 1e-9 * wanted)
        }
        #expect(found.partners(of: 0) == (abs(correlation) >= 0.1 ? [1] : []))
    }

    @Test func inflationIsThatOfRegression() throws {
        var generator = SeededGenerator(seed: 9)
        let common = (0..<80).map { _ in Double.random(in: -1...1, using: &generator) }
        let columns = (0..<6).map { place in
            common.map { Double(place) / 5 * $0 + Double.random(in: -1...1, using: &generator) }
        }
        let found = try #require(try Collinearity(columns))
        for place in columns.indices {
            // The column on all others and a constant, by least squares.
            let others = columns.indices.filter { $0 != place }.map { columns[$0] }
            let design = [Array(repeating: 1.0, count: 80)] + others
            let factors = try QRFactorization(
                Matrix(rows: 80, columns: 6, columnMajor: design.flatMap { $0 })
            )
            let rest = try factors.leastSquares(columns[place]).residualSumOfSquares
            let mean = columns[place].reduce(0, +) / 80
            let all = columns[place].reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
            #expect(abs(found.inflations[place] - all / rest) < 1e-9 * all / rest)
        }
    }

    @Test func sumsAreFound() throws {
        let base = orthogonal(4)
        let sum = zip(base[0], base[1]).map(+)
        let found = try #require(try Collinearity(base + [sum]))
        #expect(found.inflations.map { $0 > 1e10 } == [true, true, false, false, true])
        #expect(found.inflations[4] == .infinity)
        #expect(Set(found.partners(of: 4)) == [0, 1])
        let near = found.dependencies(beyond: 30)
        #expect(near.map(\.columns) == [[0, 1, 4]])
        #expect(try #require(try Collinearity(base)).dependencies(beyond: 1.1).isEmpty)
    }

    @Test func conditionOfTwoIsKnown() throws {
        // Of two columns the index is √((1 + r)/(1 − r)).
        let base = orthogonal(2)
        let correlation = 0.998
        let rest = (1 - correlation * correlation).squareRoot()
        let mixed = zip(base[0], base[1]).map { correlation * $0 + rest * $1 }
        let found = try #require(try Collinearity([base[0], mixed]))
        let expected = ((1 + correlation) / (1 - correlation)).squareRoot()
        let near = found.dependencies(beyond: 30)
        #expect(near.count == 1 && near[0].columns == [0, 1])
        #expect(abs(near[0].index - expected) < 1e-9 * expected)
    }

    @Test func constantColumnsAreLeftOut() throws {
        let base = orthogonal(2)
        let flat = Array(repeating: 0.1, count: 64)
        let found = try #require(try Collinearity([base[0], flat, base[1]]))
        #expect(found.places == [0, 2])
        #expect(try Collinearity([flat]) == nil)
        #expect(try Collinearity([]) == nil)
        // Fewer rows than columns say nothing.
        #expect(try Collinearity([[1, 2], [2, 1], [1, 3]]) == nil)
        // Sizes do not matter, as far as numbers reach.
        let sizes = [base[0].map { $0 * 1e-300 }, base[1].map { $0 * 1e300 }]
        #expect(try #require(try Collinearity(sizes)).inflations.allSatisfy { $0 < 1 + 1e-9 })
    }

    @Test func robustScores() {
        // The median is 3, the median distance from it 1.
        let scores = Statistics.robustScores([1, 2, 3, 4, 100, .nan])
        let expected = [-2, -1, 0, 1, 97].map { $0 * 0.6745 } + [0]
        for (score, wanted) in zip(scores, expected) { #expect(abs(score - wanted) < 1e-12) }
        // Where most are equal, the mean distance stands in.
        let rare = Statistics.robustScores([5, 5, 5, 5, 5, 5, 5, 15])
        #expect(abs(rare[7] - 10 / (1.253314 * 10 / 8)) < 1e-12)
        #expect(Statistics.robustScores([5, 5]) == [0, 0])
    }

    @Test func ranksAndQuantiles() {
        #expect(Statistics.ranks([30, 10, 20, 10]) == [4, 1.5, 3, 1.5])
        #expect(Statistics.quantile([4, 1, 3, 2], 0.25) == 1.75)
        #expect(Statistics.quantile([7], 0.9) == 7)
        #expect(Statistics.correlation([1, 2, 3], [5, 5, 5]) == 0)
        #expect(abs(Statistics.correlation([1, 2, 3], [3, 2, 1]) + 1) < 1e-12)
    }

    @Test(arguments: [
        (0, "0"), (12_345, "12,345"), (0.0123, "0.0123"), (-1_234.4, "-1,234"), (3.5, "3.5"),
        (1_000_000, "1,000,000"), (0.000_012_34, "0.00001234"), (99.996, "100"),
        (.infinity, "an infinite number"), (-0.0, "0"), (1e300, "1e+300"),
    ])
    func figures(_ value: Double, _ text: String) {
        #expect(Figure.text(value) == text)
    }
}
