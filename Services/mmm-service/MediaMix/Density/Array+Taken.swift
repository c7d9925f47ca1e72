extension [Double] {
    /// Moves the elements out, and leaves none; they are to be put back.
    ///
    /// A part of a value cannot be written to while others of its parts are read, unless it is
    /// taken out. Arrays that are read could be copied instead, but all chains count the owners of
    /// those, and would wait for each other.
    mutating func taken() -> Self {
        var elements: Self = []
        swap(&elements, &self)
        return elements
    }
}
