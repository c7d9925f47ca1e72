internal import RPC
internal import Wire

/// A route of REST with its fields found.
struct Route: Sendable {
    let method: MethodSchema
    let verb: String
    let template: PathTemplate
    /// The fields that the template's variables are bound to, in their order.
    let variables: [FieldPath]
    /// What of the request the body holds.
    let body: Body
    /// The only field of the answer that is printed; nil for the whole answer.
    let answer: SingleField?
    /// The answer's integer field `id`, of a stream whose messages have one.
    let eventID: SingleField?
    /// The answer's rows, of one that can be CSV.
    let rows: CSVTable?
    /// How JSON is read and printed.
    let options: JSONOptions

    /// What of a request a body holds.
    enum Body: Sendable {
        case none
        case everything
        case field(FieldPath)
        /// The bytes of many messages, one after the other, in a field of each.
        case upload(FieldPath)
    }

    /// Paths below this have names as the `.proto` has them, and short names for enum values.
    private static let snakePrefix = "api"

    /// Finds the fields of a route.
    ///
    /// - Parameters:
    ///   - route: as its contract declares it.
    ///   - method: whose it is.
    /// - Throws: ``RouteFault/unknownField(_:route:)``.
    init(_ route: HTTPRoute, of method: MethodSchema) throws(RouteFault) {
        let place = "\(route.verb) of \(method.path)"
        self.method = method
        verb = route.verb
        template = route.path
        var variables: [FieldPath] = []
        for variable in route.path.variables {
            guard let path = FieldPath(variable.fieldPath, in: method.input) else {
                throw .unknownField(variable.fieldPath.joined(separator: "."), route: place)
            }
            variables.append(path)
        }
        self.variables = variables
        switch route.body {
        case .none: body = .none
        case .everything: body = .everything
        case .field(let name):
            guard let path = FieldPath([name], in: method.input) else {
                throw .unknownField(name, route: place)
            }
            body =
                method.streaming.hasManyRequests && path.field.isBytes
                ? .upload(path) : .field(path)
        }
        if let name = route.responseBody {
            guard let field = SingleField(name, of: method.output) else {
                throw .unknownField(name, route: place)
            }
            answer = field
        } else {
            answer = nil
        }
        eventID = SingleField("id", of: method.output).flatMap { $0.isInteger ? $0 : nil }
        rows = CSVTable(method.output)
        let isSnake = route.path.segments.first == .literal(Self.snakePrefix)
        options = JSONOptions(
            usesProtoNames: isSnake,
            printsDefaults: true,
            refusesInexactIntegers: true,
            usesShortEnumNames: isSnake
        )
    }
}

extension Route {
    /// Whether the answer is a stream.
    var isStream: Bool { method.streaming.hasManyAnswers }
}
