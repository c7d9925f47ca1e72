/// The logarithm of a density of real numbers, with its gradient: what is sampled.
///
/// It is a value: each chain works on a copy of its own, so memory that it keeps between calls
/// needs no lock. It need not be normalised. Outside the support it is −∞ (NaN counts as that);
/// a point where it is not finite is never visited, and counts as a divergence.
public protocol Density: Sendable {
    /// How many numbers it takes; the same as long as it lives.
    var dimension: Int { get }

    /// What tells it from others in words, of at most 1,024 bytes: the name of a model, a digest
    /// of its data. No density of another identity may go on with its saved chains.
    var identity: String { get }

    /// The logarithm of the density at a point, the same bits whenever it is asked for.
    ///
    /// It should not ask for memory: it is called for every step of a trajectory.
    ///
    /// - Parameters:
    ///   - position: `[dimension]`, finite.
    ///   - gradient: `[dimension]`, filled with the derivatives; its content before is arbitrary.
    /// - Returns: the logarithm; −∞ or NaN outside the support.
    /// - Throws: anything, if there is no way on: the run ends with it.
    mutating func logDensity(
        at position: Span<Double>,
        gradient: inout MutableSpan<Double>
    ) throws -> Double
}

extension Density {
    /// The name of the type, for densities that need no other.
    public var identity: String { "\(Self.self)" }
}
