/// What distances are measured with: an estimate of the posterior covariance.
///
/// The inverse of a mass matrix: velocities are the metric times momenta.
enum Metric: Equatable, Sendable {
    /// Variances.
    case diagonal([Double])
    /// A covariance and its root.
    case dense(Matrix, Cholesky)
    /// Scales D and directions U with variances Λ: D (I + U (Λ − I) Uᵀ) D.
    case lowRank(LowRank)

    struct LowRank: Equatable, Sendable {
        // `[n]`
        let scales: [Double]
        // `[n × k]`, orthonormal columns.
        let directions: Matrix
        // `[k]`
        let variances: [Double]
    }
}
