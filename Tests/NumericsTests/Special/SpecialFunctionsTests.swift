import Numerics
import Testing

@Suite("Special functions against 40 digits")
struct SpecialFunctionsTests {
    struct Table: Decodable {
        struct Entry: Decodable {
            let function: String
            let arguments: [Double]
            let value: Double
        }
        let entries: [Entry]
    }

    /// Each function and the relative error that its condition allows.
    static let bounds: [String: Double] = [
        "logGamma": 4e-15, "digamma": 4e-15, "trigamma": 2e-15, "logBeta": 2e-14, "erf": 1e-15,
        "erfc": 2e-15, "normalCDF": 2e-13, "logNormalCDF": 2e-14, "normalQuantile": 2e-15,
        "erfInverse": 1e-15, "gammaP": 1e-14, "gammaQ": 1e-14, "gammaPInverse": 2e-14,
        "betaI": 1e-14, "betaIComplement": 1e-14, "betaIInverse": 2e-14,
    ]

    static func value(_ function: String, _ x: [Double]) -> Double? {
        switch function {
        case "logGamma": SpecialFunctions.logGamma(x[0])
        case "digamma": SpecialFunctions.digamma(x[0])
        case "trigamma": SpecialFunctions.trigamma(x[0])
        case "logBeta": SpecialFunctions.logBeta(x[0], x[1])
        case "erf": SpecialFunctions.erf(x[0])
        case "erfc": SpecialFunctions.erfc(x[0])
        case "erfInverse": SpecialFunctions.erfInverse(x[0])
        case "normalCDF": SpecialFunctions.normalCDF(x[0])
        case "logNormalCDF": SpecialFunctions.logNormalCDF(x[0])
        case "normalQuantile": SpecialFunctions.normalQuantile(x[0])
        case "gammaP": SpecialFunctions.gammaP(x[0], x[1])
        case "gammaQ": SpecialFunctions.gammaQ(x[0], x[1])
        case "gammaPInverse": SpecialFunctions.gammaPInverse(x[0], x[1])
        case "betaI": SpecialFunctions.betaI(x[0], x[1], x[2])
        case "betaIComplement": SpecialFunctions.betaIComplement(x[0], x[1], x[2])
        case "betaIInverse": SpecialFunctions.betaIInverse(x[0], x[1], x[2])
        default: nil
        }
    }

    @Test("errors are within their bounds", arguments: bounds.keys.sorted())
    func errors(_ function: String) throws {
        let entries = try Golden.read("special.json", as: Table.self).entries
            .filter { $0.function == function }
        var accuracy = Accuracy()
        for entry in entries where entry.value != 0 {
            let value = try #require(Self.value(function, entry.arguments))
            accuracy.noteRelative(value, truth: entry.value, at: entry.arguments[0])
        }
        print("\(function): \(accuracy), of \(entries.count) values")
        #expect(entries.count >= 15)
        let bound = try #require(Self.bounds[function])
        #expect(accuracy.worst <= bound)
    }

    @Test("the smallest probabilities have inverses of the incomplete beta function too")
    func tinyProbabilities() {
        var accuracy = Accuracy()
        for a in [0.5, 1, 2, 5, 40, 1e4] {
            for b in [0.3, 1, 5, 300] {
                for p in [1e-300, 1e-200, 1e-100, 1e-50, 1e-20, 1e-9] {
                    let x = SpecialFunctions.betaIInverse(a, b, p)
                    // Where it is too small for a normal number, digits are missing.
                    guard x >= 1e-300 else {
                        #expect(x >= 0)
                        continue
                    }
                    // What one rounding of x does to the power a of it is nobody's error.
                    let error = abs(SpecialFunctions.betaI(a, b, x) / p - 1) / max(a, 1)
                    accuracy.note(error, at: a)
                    let mirrored = SpecialFunctions.betaIComplementInverse(b, a, p)
                    #expect(abs(mirrored - (1 - x)) < 1e-15)
                }
            }
        }
        print("betaIInverse of tiny probabilities: \(accuracy)")
        #expect(accuracy.worst < 1e-12)
    }

    @Test("what is outside a domain is NaN, and what is on its edge has its limit")
    func edges() {
        #expect(SpecialFunctions.logGamma(.nan).isNaN)
        #expect(SpecialFunctions.gammaP(-1, 2).isNaN)
        #expect(SpecialFunctions.gammaP(1, -2).isNaN)
        #expect(SpecialFunctions.gammaPInverse(2, 1.5).isNaN)
        #expect(SpecialFunctions.betaI(2, 3, 1.5).isNaN)
        #expect(SpecialFunctions.betaIInverse(2, -3, 0.5).isNaN)
        #expect(SpecialFunctions.erfInverse(2).isNaN)
        #expect(SpecialFunctions.normalQuantile(-0.1).isNaN)
        #expect(SpecialFunctions.normalQuantile(0) == -.infinity)
        #expect(SpecialFunctions.normalQuantile(1) == .infinity)
        #expect(SpecialFunctions.normalCDF(.infinity) == 1)
        #expect(SpecialFunctions.logNormalCDF(-.infinity) == -.infinity)
        #expect(SpecialFunctions.gammaP(2, .infinity) == 1)
        #expect(SpecialFunctions.gammaQ(2, .infinity) == 0)
        #expect(SpecialFunctions.gammaP(2, 0) == 0)
    }
}
