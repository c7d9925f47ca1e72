internal import RPC

/// A page that a caller asks for: so many entries after a place.
public struct Page: Sendable {
    /// How many entries it has at most, 1 to 1,000.
    public let count: Int
    /// The place after which it begins; nil for the first page.
    public let place: [UInt8]?

    private let tokens: PageTokens
    private let subject: PageSubject

    /// How many entries a page has if the caller does not say.
    public static let standardCount = 50
    /// How many it has at most, whatever the caller says.
    public static let largestCount = 1_000

    init(count: Int, place: [UInt8]?, tokens: PageTokens, subject: PageSubject) {
        self.count = count
        self.place = place
        self.tokens = tokens
        self.subject = subject
    }

    /// How many entries a page of a size has.
    ///
    /// - Parameter size: as the caller says; 0 stands for 50, and more than 1,000 for 1,000.
    /// - Returns: 1 to 1,000.
    /// - Throws: INVALID_ARGUMENT for less than zero.
    static func count(ofSize size: Int32) throws(RPCError) -> Int {
        guard size >= 0 else { throw RPCError(.invalidArgument, "page_size: expected 0 or more") }
        return size == 0 ? standardCount : min(Int(size), largestCount)
    }

    /// The place as a text; nil for the first page.
    public var placeText: String? { place.map { String(decoding: $0, as: UTF8.self) } }

    /// The entries of the page, and the token of the next one.
    ///
    /// - Parameters:
    ///   - entries: those after ``place``, one more than ``count`` if there are so many: that one
    ///     tells that there is another page.
    ///   - place: what the place of an entry is called, at most 256 bytes.
    /// - Returns: the entries of this page, and the token; empty if this page is the last.
    public func cut<Entry>(
        _ entries: [Entry],
        placeOf place: (Entry) -> String
    ) -> (entries: [Entry], nextToken: String) {
        guard entries.count > count else { return (entries, "") }
        let shown = Array(entries.prefix(count))
        return (shown, token(after: place(entries[count - 1])))
    }

    /// The token of a page that begins after a place, for a list that stops before it has as many
    /// entries as it may have.
    ///
    /// - Parameter place: what it is called, at most 256 bytes.
    /// - Returns: the token.
    public func token(after place: String) -> String {
        tokens.token(after: Array(place.utf8), of: subject)
    }
}
