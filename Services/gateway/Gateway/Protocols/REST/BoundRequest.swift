internal import RPC
internal import Wire

/// A request of REST: a route, and what path and query say; the body is still to come.
struct BoundRequest: Sendable {
    let route: Route
    private let captures: [String]
    private let parameters: [(path: FieldPath, value: String)]
    let options: JSONOptions

    /// The parameter that has unknown members of the body passed over, unless it is a field.
    private static let lenient = "ignore_unknown_fields"

    /// Finds the fields of a query.
    ///
    /// - Parameters:
    ///   - route: what the path has led to.
    ///   - captures: what its variables stand for.
    ///   - query: the query, without its `?`.
    /// - Throws: ``RPC/RPCError`` with INVALID_ARGUMENT, or ``Refusal``.
    init(_ route: Route, captures: [String], query: String) throws {
        self.route = route
        self.captures = captures
        var options = route.options
        let query = try QueryParameters(query)
        if let value = query[Self.lenient],
            FieldPath([Self.lenient], in: route.method.input) == nil
        {
            guard value == "true" || value == "false" else {
                throw Self.violation(Self.lenient, "expected true or false", "QUERY_INVALID")
            }
            options.ignoresUnknownFields = value == "true"
        }
        var parameters: [(path: FieldPath, value: String)] = []
        for (name, value) in query.pairs {
            guard let path = FieldPath(name.split(separator: "."), in: route.method.input) else {
                if options.ignoresUnknownFields || name == Self.lenient { continue }
                throw Self.violation(name, "the request has no such field", "UNKNOWN_FIELD")
            }
            parameters.append((path, value))
        }
        self.parameters = parameters
        self.options = options
    }

    private static func violation(
        _ field: String,
        _ description: String,
        _ reason: String
    ) -> RPCError {
        let shown = String(field.prefix(100))
        return RPCError(
            .invalidArgument,
            "\(shown): \(description)",
            ErrorDetails(reason: reason, violations: [.init(shown, description)])
        )
    }

    /// The request's message in binary form.
    ///
    /// What the path says replaces what the body says, and so does what the query says.
    ///
    /// - Parameter body: the whole body; empty if there is none.
    /// - Returns: the message.
    /// - Throws: INVALID_ARGUMENT naming the field.
    func message(_ body: SharedBytes) throws(RPCError) -> OutputBuffer {
        do throws(CodecError) {
            var message = OutputBuffer()
            if body.count > 0 {
                switch route.body {
                case .everything:
                    message = try route.method.input.binary(ofJSON: body.bytes, options: options)
                case .field(let path):
                    try path.append(json: body.bytes, options: options, to: &message)
                case .upload(let path):
                    path.append(bytes: body.bytes, to: &message)
                case .none:
                    break
                }
            }
            try appendParameters(to: &message)
            return message
        } catch {
            throw .malformed(error)
        }
    }

    /// Appends what path and query say to a message.
    func appendParameters(to message: inout OutputBuffer) throws(CodecError) {
        for (path, text) in zip(route.variables, captures) {
            try path.append(text, options: options, to: &message)
        }
        for (path, text) in parameters { try path.append(text, options: options, to: &message) }
    }
}
