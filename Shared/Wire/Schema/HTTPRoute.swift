/// A REST route to a method, with the meaning of `google.api.http`.
public struct HTTPRoute: Hashable, Sendable {
    /// The verb, in upper case.
    public let verb: String

    /// Which paths the route takes.
    public let path: PathTemplate

    /// What of the request the HTTP body holds.
    public let body: Body

    /// The response field that is the HTTP body; nil for the whole response.
    public let responseBody: String?

    /// Declares a route.
    ///
    /// - Parameters:
    ///   - verb: the verb, in upper case.
    ///   - path: which paths it takes.
    ///   - body: what the HTTP body holds.
    ///   - responseBody: the response field that is the HTTP body.
    public init(
        _ verb: String,
        _ path: PathTemplate,
        body: Body = .none,
        responseBody: String? = nil
    ) {
        self.verb = verb
        self.path = path
        self.body = body
        self.responseBody = responseBody
    }

    /// What of a request the HTTP body holds.
    public enum Body: Hashable, Sendable {
        /// Nothing: fields the path does not bind are query parameters.
        case none
        /// All fields the path does not bind (`*`).
        case everything
        /// One field, by its name in the `.proto`.
        case field(String)
    }
}

/// A path with variables, as `/v1/{name=shelves/*/books/*}:archive`.
public struct PathTemplate: Hashable, Sendable {
    /// What each `/`-separated part of a path must be.
    public let segments: [Segment]

    /// The fields that parts of the path are bound to.
    public let variables: [Variable]

    /// What follows the last segment after a `:`, or nil.
    public let customVerb: String?

    /// Declares a template.
    ///
    /// - Parameters:
    ///   - segments: what each part of a path must be; `.rest` may only be the last.
    ///   - variables: what is bound, by ranges of segments.
    ///   - customVerb: what follows the last segment after a `:`.
    public init(_ segments: [Segment], _ variables: [Variable] = [], customVerb: String? = nil) {
        self.segments = segments
        self.variables = variables
        self.customVerb = customVerb
    }

    /// What a part of a path must be.
    public enum Segment: Hashable, Sendable {
        /// This text.
        case literal(String)
        /// Any one part (`*`).
        case any
        /// All that is left, even if it is nothing (`**`).
        case rest
    }

    /// A field bound to parts of the path.
    public struct Variable: Hashable, Sendable {
        /// The field, by the names in the `.proto` from the request down, as `["book", "name"]`.
        public let fieldPath: [String]

        /// Which segments it is bound to, slashes between them included.
        public let segments: Range<Int>

        /// Declares a variable.
        public init(_ fieldPath: [String], _ segments: Range<Int>) {
            self.fieldPath = fieldPath
            self.segments = segments
        }
    }
}
