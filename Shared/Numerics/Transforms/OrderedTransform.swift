/// A smooth one-to-one map from all vectors to those whose elements rise.
///
/// The first element is as it is, each other is eᵘ above the one before.
public enum OrderedTransform {
    /// From any vector to one that rises.
    ///
    /// - Parameters:
    ///   - u: `[n]`, any numbers.
    ///   - x: `[n]`, filled; far out neighbours may round to the same number.
    /// - Returns: the logarithm of the Jacobian's determinant, to be added to the log density.
    public static func constrain(_ u: Span<Double>, _ x: inout MutableSpan<Double>) -> Double {
        precondition(u.count == x.count, "as many numbers as before")
        guard u.count > 0 else { return 0 }
        x[0] = u[0]
        var logJacobian = 0.0
        for index in 1..<max(u.count, 1) {
            x[index] = x[index - 1] + Elementary.exp(u[index])
            logJacobian += u[index]
        }
        return logJacobian
    }

    /// The gradient in u of a log density of x with its Jacobian.
    ///
    /// - Parameters:
    ///   - u: `[n]`, where.
    ///   - gradient: `[n]`, in x; in u in the end.
    public static func pullBack(_ u: Span<Double>, _ gradient: inout MutableSpan<Double>) {
        precondition(u.count == gradient.count, "as many numbers as before")
        var sum = 0.0
        for index in stride(from: u.count - 1, to: 0, by: -1) {
            sum += gradient[index]
            gradient[index] = sum * Elementary.exp(u[index]) + 1
        }
        if u.count > 0 { gradient[0] += sum }
    }

    /// From a vector that rises to any vector: the inverse.
    ///
    /// - Parameters:
    ///   - x: `[n]`; where it does not rise the inverse is −∞ or NaN.
    ///   - u: `[n]`, filled.
    public static func unconstrain(_ x: Span<Double>, _ u: inout MutableSpan<Double>) {
        precondition(u.count == x.count, "as many numbers as before")
        for index in x.indices {
            u[index] = index == 0 ? x[0] : Elementary.log(x[index] - x[index - 1])
        }
    }
}
