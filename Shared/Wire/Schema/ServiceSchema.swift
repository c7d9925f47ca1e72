/// A service and its methods, as its `.proto` declares them.
public struct ServiceSchema: Sendable {
    /// The full name, as `sextant.ingest.v1.Ingest`.
    public let fullName: String

    /// The path of the file that declares it; see ``FileSchema``.
    public let file: String

    /// The methods, in order of declaration.
    public let methods: [MethodSchema]

    /// Declares a service.
    ///
    /// - Parameters:
    ///   - fullName: the full name.
    ///   - file: the path of the file that declares it.
    ///   - methods: the methods, in order of declaration.
    public init(_ fullName: String, file: String, _ methods: [MethodSchema]) {
        self.fullName = fullName
        self.file = file
        self.methods = methods
    }

    /// The method of that name.
    public func method(named name: String) -> MethodSchema? {
        methods.first { $0.name == name }
    }
}

/// One method of a service: what it takes and gives, what a retry would do, who may call it and by
/// what routes.
public struct MethodSchema: Sendable {
    /// The name, as `RecordEvents`.
    public let name: String

    /// The full name of its service, as `sextant.ingest.v1.Ingest`.
    public let service: String

    /// The path that it is called by, as `/sextant.ingest.v1.Ingest/RecordEvents`.
    public let path: String

    /// The request's type.
    public let input: MessageSchema

    /// The response's type.
    public let output: MessageSchema

    /// Which sides send any number of messages.
    public let streaming: Streaming

    /// What happens if the method is called twice.
    public let idempotency: Idempotency

    /// Who may call the method; nil if the `.proto` does not say, which means nobody.
    public let access: MethodAccess?

    /// How long an answer may be given again, to the same request of the same tenant by callers
    /// with the same scopes; nil if it may not.
    public let lifetime: Duration?

    /// The REST routes, the main one first.
    public let routes: [HTTPRoute]

    /// Declares a method.
    ///
    /// - Parameters:
    ///   - name: the name.
    ///   - service: the full name of its service.
    ///   - input: the request's type.
    ///   - output: the response's type.
    ///   - streaming: which sides stream.
    ///   - idempotency: what a second call does.
    ///   - access: who may call it.
    ///   - lifetime: how long an answer may be given again.
    ///   - routes: the REST routes.
    public init(
        _ name: String,
        of service: String,
        from input: MessageSchema,
        to output: MessageSchema,
        streaming: Streaming = .none,
        idempotency: Idempotency = .unknown,
        access: MethodAccess? = nil,
        lifetime: Duration? = nil,
        routes: [HTTPRoute] = []
    ) {
        self.name = name
        self.service = service
        path = "/\(service)/\(name)"
        self.input = input
        self.output = output
        self.streaming = streaming
        self.idempotency = idempotency
        self.access = access
        self.lifetime = lifetime
        self.routes = routes
    }

    /// Which sides of a call send any number of messages: the four call kinds of gRPC.
    public enum Streaming: Sendable {
        case none, client, server, both

        /// Whether the caller sends any number of messages.
        @inlinable public var hasManyRequests: Bool { self == .client || self == .both }
        /// Whether the service sends any number of messages.
        @inlinable public var hasManyAnswers: Bool { self == .server || self == .both }
    }

    /// What calling a method a second time with the same request does.
    public enum Idempotency: Sendable {
        /// It may do everything again: never retried once it may have begun.
        case unknown
        /// It has no effect: safe to retry and to serve by GET.
        case noSideEffects
        /// It leaves things as one call does: safe to retry.
        case idempotent
    }
}

/// Who may call a method.
public enum MethodAccess: Hashable, Sendable {
    /// Anyone, without a credential.
    case anonymous
    /// A credential that holds all of these scopes, as `events:write`.
    case scopes([String])
}
