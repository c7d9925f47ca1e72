internal import CSpecial
internal import Glibc

/// Special functions, by Boost.Math.
///
/// Outside its domain a function gives NaN, where it overflows an infinity. The incomplete
/// functions and their inverses work in extended precision inside, the others in double.
public enum SpecialFunctions {
    /// ½ ln 2π.
    static let halfLogTwoPi = 0x1.d67f1c864beb5p-1

    /// The logarithm of the absolute value of the gamma function.
    ///
    /// - Parameter x: any number but 0, −1, −2, …, where it has poles.
    /// - Returns: ln |Γ(x)|.
    public static func logGamma(_ x: Double) -> Double { sextant_lgamma(x) }

    /// The derivative of ``logGamma(_:)``.
    ///
    /// - Parameter x: any number but 0, −1, −2, …, where it has poles.
    /// - Returns: ψ(x).
    public static func digamma(_ x: Double) -> Double { sextant_digamma(x) }

    /// The second derivative of ``logGamma(_:)``.
    ///
    /// - Parameter x: any number but 0, −1, −2, …, where it has poles.
    /// - Returns: ψ′(x).
    public static func trigamma(_ x: Double) -> Double { sextant_trigamma(x) }

    /// The logarithm of the beta function.
    ///
    /// - Parameters:
    ///   - a: positive.
    ///   - b: positive.
    /// - Returns: ln B(a, b).
    public static func logBeta(_ a: Double, _ b: Double) -> Double {
        let (small, large) = a < b ? (a, b) : (b, a)
        guard large > 10 else {
            return logGamma(small) + (logGamma(large) - logGamma(small + large))
        }
        guard small > 10 else {
            let correction = stirling(large) - stirling(small + large)
            let shift = (large - 0.5) * Elementary.logOnePlus(small / large)
            return logGamma(small) + (small - shift + correction)
                - small * Elementary.log(small + large)
        }
        // Stirling's terms cancel before they are rounded; what is left of them is small.
        let correction = stirling(small) + (stirling(large) - stirling(small + large))
        let ratio = small / large
        return -0.5 * Elementary.log(large) + halfLogTwoPi + correction
            + (small - 0.5) * Elementary.log(ratio / (1 + ratio))
            - large * Elementary.logOnePlus(ratio)
    }

    /// ln Γ(x) less (x − ½) ln x − x + ½ ln 2π, for x of at least 10: Stirling's series.
    private static func stirling(_ x: Double) -> Double {
        let y = 1 / (x * x)
        let tail = 1.0 / 1188 - y * (691.0 / 360_360 - y * (1.0 / 156 - y * 3617 / 122_400))
        let middle = 1.0 / 1260 - y * (1.0 / 1680 - y * tail)
        return (1.0 / 12 - y * (1.0 / 360 - y * middle)) / x
    }

    /// The error function.
    ///
    /// - Parameter x: any number.
    /// - Returns: from −1 to 1.
    public static func erf(_ x: Double) -> Double { sextant_erf(x) }

    /// One less the error function, exact to rounding where that is small.
    ///
    /// - Parameter x: any number.
    /// - Returns: from 0 to 2.
    public static func erfc(_ x: Double) -> Double { sextant_erfc(x) }

    /// The inverse of ``erf(_:)``.
    ///
    /// - Parameter y: from −1 to 1.
    /// - Returns: the x whose error function it is.
    public static func erfInverse(_ y: Double) -> Double { sextant_erf_inv(y) }

    /// The inverse of ``erfc(_:)``.
    ///
    /// - Parameter y: from 0 to 2.
    /// - Returns: the x whose complementary error function it is.
    public static func erfcInverse(_ y: Double) -> Double { sextant_erfc_inv(y) }

    /// The regularised lower incomplete gamma function P.
    ///
    /// - Parameters:
    ///   - shape: positive.
    ///   - x: not negative.
    /// - Returns: from 0 to 1.
    public static func gammaP(_ shape: Double, _ x: Double) -> Double {
        x == .infinity && shape > 0 ? 1 : sextant_gamma_p(shape, x)
    }

    /// The regularised upper incomplete gamma function Q.
    ///
    /// - Parameters:
    ///   - shape: positive.
    ///   - x: not negative.
    /// - Returns: from 0 to 1.
    public static func gammaQ(_ shape: Double, _ x: Double) -> Double {
        x == .infinity && shape > 0 ? 0 : sextant_gamma_q(shape, x)
    }

    /// The x at which ``gammaP(_:_:)`` is a given probability.
    ///
    /// - Parameters:
    ///   - shape: positive.
    ///   - p: from 0 to 1.
    /// - Returns: not negative.
    public static func gammaPInverse(_ shape: Double, _ p: Double) -> Double {
        sextant_gamma_p_inv(shape, p)
    }

    /// The x at which ``gammaQ(_:_:)`` is a given probability.
    ///
    /// - Parameters:
    ///   - shape: positive.
    ///   - q: from 0 to 1.
    /// - Returns: not negative.
    public static func gammaQInverse(_ shape: Double, _ q: Double) -> Double {
        sextant_gamma_q_inv(shape, q)
    }

    /// The regularised incomplete beta function I.
    ///
    /// - Parameters:
    ///   - a: positive.
    ///   - b: positive.
    ///   - x: from 0 to 1.
    /// - Returns: from 0 to 1.
    public static func betaI(_ a: Double, _ b: Double, _ x: Double) -> Double {
        sextant_ibeta(a, b, x)
    }

    /// One less ``betaI(_:_:_:)``, exact to rounding where that is small.
    ///
    /// - Parameters:
    ///   - a: positive.
    ///   - b: positive.
    ///   - x: from 0 to 1.
    /// - Returns: from 0 to 1.
    public static func betaIComplement(_ a: Double, _ b: Double, _ x: Double) -> Double {
        sextant_ibetac(a, b, x)
    }

    /// The x at which ``betaI(_:_:_:)`` is a given probability.
    ///
    /// - Parameters:
    ///   - a: positive.
    ///   - b: positive.
    ///   - p: from 0 to 1.
    /// - Returns: from 0 to 1.
    public static func betaIInverse(_ a: Double, _ b: Double, _ p: Double) -> Double {
        let x = sextant_ibeta_inv(a, b, p)
        return x.isNaN ? betaIInverseNearZero(a, b, p) ?? x : x
    }

    /// The x at which ``betaIComplement(_:_:_:)`` is a given probability.
    ///
    /// - Parameters:
    ///   - a: positive.
    ///   - b: positive.
    ///   - q: from 0 to 1.
    /// - Returns: from 0 to 1.
    public static func betaIComplementInverse(_ a: Double, _ b: Double, _ q: Double) -> Double {
        let x = sextant_ibetac_inv(a, b, q)
        return x.isNaN ? betaIInverseNearZero(b, a, q).map { 1 - $0 } ?? x : x
    }

    /// The first two terms of the series of the inverse, where the third is below rounding.
    ///
    /// I(a, b, x) = xᵃ ÷ a B(a, b) · (1 − a (b − 1) ÷ (a + 1) x + …). For some of the smallest
    /// probabilities the library's own iteration does not converge.
    private static func betaIInverseNearZero(_ a: Double, _ b: Double, _ p: Double) -> Double? {
        guard p > 0, p <= 1, a.isPositive, b.isPositive else { return nil }
        let x = Elementary.exp((Elementary.log(p) + Elementary.log(a) + logBeta(a, b)) / a)
        guard x * max(b, 1) < 1e-9 else { return nil }
        return x * (1 + (b - 1) / (a + 1) * x)
    }

    /// e to the x, less 1, exact to rounding near zero.
    ///
    /// - Parameter x: any number.
    /// - Returns: at least −1.
    public static func expMinusOne(_ x: Double) -> Double { expm1(x) }

    /// The probability that a number of Student's t distribution is at most t.
    ///
    /// - Parameters:
    ///   - degrees: of freedom, positive.
    ///   - t: any number.
    /// - Returns: from 0 to 1.
    public static func studentCDF(degrees: Double, _ t: Double) -> Double {
        sextant_students_t_cdf(degrees, t)
    }

    /// The t below which a number of Student's t distribution is with a given probability.
    ///
    /// - Parameters:
    ///   - degrees: of freedom, positive.
    ///   - p: from 0 to 1.
    /// - Returns: −∞ for 0, ∞ for 1.
    public static func studentQuantile(degrees: Double, _ p: Double) -> Double {
        if p == 0 || p == 1, degrees > 0 { return p == 0 ? -.infinity : .infinity }
        return sextant_students_t_quantile(degrees, p)
    }

    /// The probability that a standard normal number is at most x.
    ///
    /// - Parameter x: any number.
    /// - Returns: from 0 to 1.
    public static func normalCDF(_ x: Double) -> Double { 0.5 * erfc(-x * 0.5.squareRoot()) }

    /// The logarithm of ``normalCDF(_:)``, which no tail rounds to −∞.
    ///
    /// - Parameter x: any number.
    /// - Returns: not positive.
    public static func logNormalCDF(_ x: Double) -> Double {
        if x > 0 { return log1p(-normalCDF(-x)) }
        if x > -8 { return Glibc.log(normalCDF(x)) }
        if x == -.infinity || x.isNaN { return x }
        // Laplace's continued fraction of Mills' ratio, from the end; 60 terms are more than
        // enough beyond 8.
        let z = -x
        var fraction = z
        for term in stride(from: 60, to: 0, by: -1) { fraction = z + Double(term) / fraction }
        return -0.5 * z * z - halfLogTwoPi - Glibc.log(fraction)
    }

    /// The x below which a standard normal number is with a given probability.
    ///
    /// - Parameter p: from 0 to 1.
    /// - Returns: −∞ for 0, ∞ for 1.
    public static func normalQuantile(_ p: Double) -> Double {
        -2.0.squareRoot() * erfcInverse(2 * p)
    }
}
