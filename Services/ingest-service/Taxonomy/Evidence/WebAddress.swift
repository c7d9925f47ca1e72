internal import Wire

/// What a page's address says of where its visitor came from: its host, and its parameters.
///
/// Addresses come from browsers and from people's hands; one that is malformed loses what cannot
/// be read of it and nothing else. At most ``mostBytes`` of it are looked at.
public struct WebAddress: Hashable, Sendable {
    /// A parameter of the query, its escapes undone.
    public struct Parameter: Hashable, Sendable {
        /// Its name, in small letters.
        public let name: String
        /// Its value.
        public let value: String
    }

    /// The scheme in small letters, as `https` or `android-app`; empty if there is none.
    public let scheme: String
    /// The host in small letters, without port and user; empty if there is none.
    public let host: String
    /// The path, as it stands there.
    public let path: String
    /// The parameters, in order.
    public let parameters: [Parameter]

    /// How many bytes of an address are looked at: as many as the longest that browsers take.
    public static let mostBytes = 8_192
    /// How many of its parameters are.
    public static let mostParameters = 100

    /// Takes an address apart; see RFC 3986, appendix B.
    ///
    /// - Parameter text: the address; also one without scheme, or only a query with its `?`.
    /// - Complexity: linear in the text.
    public init(_ text: String) {
        var text = text.trimmed
        if text.utf8.count > Self.mostBytes {
            text = String(decoding: text.utf8.prefix(Self.mostBytes), as: UTF8.self)
        }
        var rest = text.utf8[...]
        if let hash = rest.firstIndex(of: UInt8(ascii: "#")) { rest = rest[..<hash] }
        let mark = rest.firstIndex(of: UInt8(ascii: "?")) ?? rest.endIndex
        parameters = Self.parameters(of: rest[mark...].dropFirst())
        (scheme, host, path) = Self.place(rest[..<mark])
    }

    /// The value of the first parameter of a name that has one.
    ///
    /// - Parameter name: in small letters.
    /// - Returns: the value; nil if there is none, or only empty ones.
    public func value(of name: String) -> String? {
        parameters.first { $0.name == name && !$0.value.isEmpty }?.value
    }

    private static func parameters(of query: Substring.UTF8View) -> [Parameter] {
        var parameters: [Parameter] = []
        for pair in query.split(separator: UInt8(ascii: "&")) {
            guard parameters.count < mostParameters else { break }
            let mark = pair.firstIndex(of: UInt8(ascii: "=")) ?? pair.endIndex
            parameters.append(
                Parameter(
                    name: readable(pair[..<mark]).inSmallLetters,
                    value: readable(pair[mark...].dropFirst())
                )
            )
        }
        return parameters
    }

    /// A text without its escapes; as it is if they are broken, as in `50%off`.
    private static func readable(_ text: Substring.UTF8View) -> String {
        let text = Substring(text)
        return PercentText.decode(text, readsPluses: true) ?? String(text)
    }

    private static func place(
        _ text: Substring.UTF8View
    ) -> (scheme: String, host: String, path: String) {
        let slash = UInt8(ascii: "/")
        var rest = text
        var scheme = ""
        if let colon = rest.firstIndex(of: UInt8(ascii: ":")),
            rest[colon...].starts(with: "://".utf8)
        {
            scheme = String(Substring(rest[..<colon])).inSmallLetters
            rest = rest[colon...].dropFirst(3)
        } else if rest.starts(with: "//".utf8) {
            rest = rest.dropFirst(2)
        } else if !rest.prefix(while: { $0 != slash }).contains(UInt8(ascii: ".")) {
            return ("", "", String(Substring(rest)))
        }
        let end = rest.firstIndex(of: slash) ?? rest.endIndex
        let host = String(Substring(Self.host(rest[..<end]))).inSmallLetters
        return (scheme, host, String(Substring(rest[end...])))
    }

    /// The host of an authority: without user, port and the point of a full name.
    private static func host(_ authority: Substring.UTF8View) -> Substring.UTF8View {
        var host = authority
        if let at = host.lastIndex(of: UInt8(ascii: "@")) { host = host[at...].dropFirst() }
        if host.first == UInt8(ascii: "[") {
            return host.prefix { $0 != UInt8(ascii: "]") }.dropFirst()
        }
        if let colon = host.firstIndex(of: UInt8(ascii: ":")) { host = host[..<colon] }
        while host.last == UInt8(ascii: ".") { host = host.dropLast() }
        return host
    }
}
