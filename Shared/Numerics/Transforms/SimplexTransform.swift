/// A smooth one-to-one map from all vectors to shares that are positive and add up to 1.
///
/// A stick is broken: each share is the logistic function of u, less ln of how many shares are
/// still to come, of what is left. All zeros give equal shares (Stan reference manual, 10.7).
public enum SimplexTransform {
    /// From any vector to shares.
    ///
    /// - Parameters:
    ///   - u: `[k − 1]`, any numbers.
    ///   - x: `[k]`, filled; far out shares may round to 0.
    /// - Returns: the logarithm of the Jacobian's determinant in all shares but the last.
    public static func constrain(_ u: Span<Double>, _ x: inout MutableSpan<Double>) -> Double {
        precondition(x.count == u.count + 1, "one share more than numbers")
        var logLeft = 0.0
        var logJacobian = 0.0
        for index in u.indices {
            let z = u[index] - Elementary.log(Double(u.count - index))
            // ln s(z) and ln s(−z), neither of which rounds to −∞.
            let (logShare, logRest) = (-Elementary.softplus(-z), -Elementary.softplus(z))
            x[index] = Elementary.exp(logLeft + logShare)
            logJacobian += logLeft + logShare + logRest
            logLeft += logRest
        }
        x[u.count] = Elementary.exp(logLeft)
        return logJacobian
    }

    /// The gradient in u of a log density of x with its Jacobian.
    ///
    /// - Parameters:
    ///   - u: `[k − 1]`, where.
    ///   - x: `[k]`, the shares there.
    ///   - gradient: `[k]`, in x, as if shares were free.
    ///   - result: `[k − 1]`, in u.
    public static func pullBack(
        _ u: Span<Double>,
        _ x: Span<Double>,
        _ gradient: Span<Double>,
        _ result: inout MutableSpan<Double>
    ) {
        precondition(x.count == u.count + 1 && gradient.count == x.count, "the shapes do not fit")
        precondition(result.count == u.count, "the shapes do not fit")
        // What the shares after this one weigh, and how many factors of the Jacobian they hold.
        var later = gradient[u.count] * x[u.count]
        for index in stride(from: u.count - 1, through: 0, by: -1) {
            let z = u[index] - Elementary.log(Double(u.count - index))
            let (share, rest) = (Elementary.sigmoid(z), Elementary.sigmoid(-z))
            let own = gradient[index] * x[index]
            result[index] =
                own * rest - later * share
                + (rest - share * Double(u.count - index))
            later += own
        }
    }

    /// From shares to any vector: the inverse.
    ///
    /// - Parameters:
    ///   - x: `[k]`, positive.
    ///   - u: `[k − 1]`, filled.
    public static func unconstrain(_ x: Span<Double>, _ u: inout MutableSpan<Double>) {
        precondition(x.count == u.count + 1, "one share more than numbers")
        var left = x[u.count]
        for index in stride(from: u.count - 1, through: 0, by: -1) {
            u[index] =
                Elementary.log(x[index]) - Elementary.log(left)
                + Elementary.log(Double(u.count - index))
            left += x[index]
        }
    }
}
