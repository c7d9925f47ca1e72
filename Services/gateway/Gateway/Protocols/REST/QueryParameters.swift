internal import Wire

/// The parameters of a query, in order.
struct QueryParameters {
    private(set) var pairs: [(name: String, value: String)] = []

    /// The most parameters that a request may have.
    private static let most = 200

    /// Reads a query.
    ///
    /// - Parameter query: without its `?`.
    /// - Throws: ``Refusal``.
    init(_ query: String) throws(Refusal) {
        if query.isEmpty { return }
        for part in query.split(separator: "&") {
            guard pairs.count < Self.most else {
                throw .badRequest(
                    "QUERY_TOO_LONG",
                    "the query has more than \(Self.most) parameters"
                )
            }
            let sides = part.split(
                separator: "=",
                maxSplits: 1,
                omittingEmptySubsequences: false
            )
            guard let name = PercentText.decode(sides[0], readsPluses: true),
                let value = PercentText.decode(sides.count > 1 ? sides[1] : "", readsPluses: true)
            else { throw .badRequest("QUERY_INVALID", "the query is not well formed") }
            pairs.append((name, value))
        }
    }

    /// The value of a name that is given at most once; the first if it is given more often.
    subscript(name: String) -> String? { pairs.first { $0.name == name }?.value }
}
