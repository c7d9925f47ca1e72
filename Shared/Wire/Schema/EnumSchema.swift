/// The named values of an open enum.
public struct EnumSchema: Sendable {
    /// The full name, as `sextant.ingest.v1.EventKind`.
    public let fullName: String

    /// Each value's number and name, in order of declaration; several names may share a number.
    public let values: [(number: Int32, name: String)]

    /// Where each name and number stands among ``values``, in the form the JSON codec reads.
    let names: EnumNames

    /// Declares an enum.
    ///
    /// - Parameters:
    ///   - fullName: the full name.
    ///   - values: each value's number and name, in order of declaration.
    public init(_ fullName: String, _ values: [(Int32, String)]) {
        self.fullName = fullName
        self.values = values.map { (number: $0, name: $1) }
        names = EnumNames(fullName, values)
    }

    /// The number of the value of that name.
    public func number(named name: String) -> Int32? {
        names.number(named: name.utf8Span.span.asRawSpan)
    }

    /// The first declared name of a number, which is the one JSON shows.
    public func name(of number: Int32) -> String? {
        names.position(of: number).map { values[$0].name }
    }
}
