/// The functions with each result in its element's place; their bits are those of the others.
extension Elementary {
    /// Replaces each element by e to the power of it.
    ///
    /// - Parameter x: `[n]`; as ``exp(_:_:)`` says.
    public static func exp(_ x: inout MutableSpan<Double>) {
        map(&x) { ElementaryLanes.exp($0) }
    }

    /// Replaces each element by its natural logarithm.
    ///
    /// - Parameter x: `[n]`; as ``log(_:_:)`` says.
    public static func log(_ x: inout MutableSpan<Double>) {
        map(&x) { ElementaryLanes.log($0) }
    }

    /// Replaces each element by its hyperbolic tangent.
    ///
    /// - Parameter x: `[n]`; as ``tanh(_:_:)`` says.
    public static func tanh(_ x: inout MutableSpan<Double>) {
        map(&x) { ElementaryLanes.tanh($0) }
    }

    /// Replaces each element by the logistic function of it.
    ///
    /// - Parameter x: `[n]`; as ``sigmoid(_:_:)`` says.
    public static func sigmoid(_ x: inout MutableSpan<Double>) {
        map(&x) { ElementaryLanes.sigmoid($0) }
    }
}
