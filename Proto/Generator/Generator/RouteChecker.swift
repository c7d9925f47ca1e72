internal import Wire

/// Turns the HTTP rules of methods into routes, and refuses those that could not work.
struct RouteChecker {
    let types: TypeTable
    /// The routes seen so far, by verb and path without the names of variables.
    private var owners: [String: String] = [:]

    init(_ types: TypeTable) { self.types = types }

    /// The routes of a method.
    mutating func routes(
        of method: ProtoMethod,
        in service: ProtoService
    ) throws(GeneratorError) -> [HTTPRoute] {
        let place = "\(service.fullName).\(method.name)"
        var routes: [HTTPRoute] = []
        for rule in method.rules {
            let route = try route(rule, of: method, place)
            let key = "\(route.verb) \(route.path.pattern)"
            if let owner = owners.updateValue(place, forKey: key) {
                throw GeneratorError("\(place): '\(key)' is a route of \(owner) already")
            }
            routes.append(route)
        }
        return routes
    }

    private func route(
        _ rule: ProtoMethod.Rule,
        of method: ProtoMethod,
        _ place: String
    ) throws(GeneratorError) -> HTTPRoute {
        if rule.verb.isEmpty || rule.verb != rule.verb.uppercased() {
            throw GeneratorError("\(place): an http rule needs a verb, in upper case")
        }
        let path: PathTemplate
        do {
            path = try PathTemplate(parsing: rule.template)
        } catch {
            throw GeneratorError("\(place): \(error.description)")
        }
        let input = try types.message(method.input)
        for variable in path.variables { try checkVariable(variable, of: input, place) }
        if ["GET", "DELETE", "HEAD"].contains(rule.verb) && !rule.body.isEmpty {
            throw GeneratorError("\(place): \(rule.verb) has no body")
        }
        let body: HTTPRoute.Body
        switch rule.body {
        case "": body = .none
        case "*": body = .everything
        default:
            let field = try self.field(rule.body, of: input, place)
            if path.variables.contains(where: { $0.fieldPath == [field.name] }) {
                throw GeneratorError("\(place): '\(field.name)' is bound by both path and body")
            }
            body = .field(field.name)
        }
        if rule.responseBody.isEmpty { return HTTPRoute(rule.verb, path, body: body) }
        let output = try types.message(method.output)
        let responseBody = try field(rule.responseBody, of: output, place).name
        return HTTPRoute(rule.verb, path, body: body, responseBody: responseBody)
    }

    /// A variable must end at a scalar that occurs once.
    private func checkVariable(
        _ variable: PathTemplate.Variable,
        of input: ProtoMessage,
        _ place: String
    ) throws(GeneratorError) {
        var message = input
        for (depth, name) in variable.fieldPath.enumerated() {
            let field = try self.field(name, of: message, place)
            let isLast = depth == variable.fieldPath.count - 1
            let path = variable.fieldPath.joined(separator: ".")
            if field.cardinality.rawValue >= Cardinality.packed.rawValue {
                throw GeneratorError(
                    "\(place): '\(path)' in the path goes through a repeated field"
                )
            }
            if case .message(let reference) = field.kind {
                if isLast { throw GeneratorError("\(place): '\(path)' in the path is a message") }
                message = try types.message(reference)
            } else if !isLast {
                throw GeneratorError("\(place): '\(path)' in the path goes through a scalar")
            }
        }
    }

    private func field(
        _ name: String,
        of message: ProtoMessage,
        _ place: String
    ) throws(GeneratorError) -> ProtoField {
        if let field = message.fields.first(where: { $0.name == name }) { return field }
        throw GeneratorError("\(place): \(message.fullName) has no field '\(name)'")
    }
}

extension PathTemplate {
    /// The template with `*` for what its variables are called.
    fileprivate var pattern: String {
        let parts = segments.map { segment in
            switch segment {
            case .literal(let text): text
            case .any: "*"
            case .rest: "**"
            }
        }
        return "/" + parts.joined(separator: "/") + (customVerb.map { ":\($0)" } ?? "")
    }
}
