/// The message types that may stand inside a `google.protobuf.Any`, by name.
public struct TypeRegistry: Sendable {
    private var schemas: [String: MessageSchema]

    /// A registry that knows no type.
    public static let empty = TypeRegistry([])

    /// Makes a registry of message types.
    public init(_ schemas: some Sequence<MessageSchema>) {
        self.schemas = Dictionary(
            schemas.map { ($0.fullName, $0) },
            uniquingKeysWith: { first, _ in first }
        )
    }

    /// The type of that full name.
    public subscript(fullName: String) -> MessageSchema? {
        schemas[fullName]
    }

    /// The type a URL such as `type.googleapis.com/google.protobuf.Duration` names: what follows
    /// its last slash.
    public func schema(forURL url: String) -> MessageSchema? {
        guard let slash = url.lastIndex(of: "/") else { return nil }
        return schemas[String(url[url.index(after: slash)...])]
    }

    /// A registry of these types and another's.
    public func union(_ other: TypeRegistry) -> TypeRegistry {
        var result = self
        result.schemas.merge(other.schemas) { first, _ in first }
        return result
    }
}
