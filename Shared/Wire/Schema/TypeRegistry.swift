/// The message types that may stand inside a `google.protobuf.Any`, by name.
public struct TypeRegistry: Sendable {
    private var schemas: [String: MessageSchema]

    /// The bytes of the longest name.
    private var longestName: Int

    /// A registry that knows no type.
    public static let empty = TypeRegistry([])

    /// Makes a registry of message types.
    public init(_ schemas: some Sequence<MessageSchema>) {
        self.schemas = Dictionary(
            schemas.map { ($0.fullName, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        longestName = self.schemas.keys.map(\.utf8.count).max() ?? 0
    }

    /// The type of that full name.
    public subscript(fullName: String) -> MessageSchema? {
        schemas[fullName]
    }

    /// The type a URL such as `type.googleapis.com/google.protobuf.Duration` names: what follows
    /// its last slash.
    ///
    /// - Parameter url: the URL, which may come from outside and be long.
    /// - Returns: the type whose name has the same bytes, or nil.
    public func schema(forURL url: String) -> MessageSchema? {
        schema(forURL: url.utf8Span.span.asRawSpan)
    }

    /// The type a URL names, in UTF-8.
    ///
    /// No more is looked at than the longest name has bytes: comparing and hashing strings costs
    /// many times what reading bytes does, and takes different bytes for one name.
    func schema(forURL url: RawSpan) -> MessageSchema? {
        let end = url.byteCount
        let lowest = Swift.max(0, end &- longestName &- 1)
        var start = end
        while start > lowest && url.byte(at: start &- 1) != UInt8(ascii: "/") { start &-= 1 }
        guard start > 0, url.byte(at: start &- 1) == UInt8(ascii: "/") else { return nil }
        let name = Array(copying: url.extracting(start..<end))
        guard let schema = schemas[String(decoding: name, as: UTF8.self)],
            schema.fullName.utf8.elementsEqual(name)
        else { return nil }
        return schema
    }

    /// A registry of these types and another's.
    public func union(_ other: TypeRegistry) -> TypeRegistry {
        var result = self
        result.schemas.merge(other.schemas) { first, _ in first }
        result.longestName = Swift.max(longestName, other.longestName)
        return result
    }
}
