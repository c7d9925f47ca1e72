internal import Wire

/// Writes the method tables of services.
struct ServiceEmitter {
    let types: TypeTable
    private var checker: RouteChecker

    init(_ types: TypeTable) {
        self.types = types
        checker = RouteChecker(types)
    }

    mutating func emit(
        _ service: ProtoService,
        of file: ProtoFile,
        to source: inout SourceText
    ) throws(GeneratorError) {
        var declarations: [(method: ProtoMethod, arguments: [String])] = []
        for method in service.methods {
            let isOurs = file.package == "sextant" || file.package.hasPrefix("sextant.")
            if isOurs && method.access == nil {
                throw GeneratorError(
                    "\(service.fullName).\(method.name): say who may call it, with "
                        + "option (sextant.api.access)"
                )
            }
            let routes = try checker.routes(of: method, in: service)
            declarations.append((method, try arguments(method, of: service, routes)))
        }
        source.comment(service.comment, orElse: "The service `\(service.fullName)`.")
        let typeName = try types.declaredName(service.reference)
        source.block("public enum \(typeName)") { source in
            source.line("/// The service and its methods.")
            source.list(
                "public static let schema: ServiceSchema = ServiceSchema("
                    + "\(SourceText.literal(service.fullName)), "
                    + "file: \(SourceText.literal(file.path)), [",
                "])"
            ) { source in
                for (method, _) in declarations {
                    source.line("\(SwiftNames.escaped(SwiftNames.method(method.name))),")
                }
            }
            for (method, arguments) in declarations {
                source.line()
                source.comment(method.comment, orElse: "The method `\(method.name)`.")
                let name = SwiftNames.escaped(SwiftNames.method(method.name))
                source.list("public static let \(name): MethodSchema = MethodSchema(", ")") {
                    source in
                    for (index, argument) in arguments.enumerated() {
                        source.line(argument + (index == arguments.count - 1 ? "" : ","))
                    }
                }
            }
        }
    }

    private func arguments(
        _ method: ProtoMethod,
        of service: ProtoService,
        _ routes: [HTTPRoute]
    ) throws(GeneratorError) -> [String] {
        var arguments = [
            SourceText.literal(method.name),
            "of: \(SourceText.literal(service.fullName))",
            "from: \(try types.swiftName(method.input)).schema",
            "to: \(try types.swiftName(method.output)).schema",
        ]
        if method.streaming != .none { arguments.append("streaming: .\(method.streaming)") }
        if method.idempotency != .unknown {
            arguments.append("idempotency: .\(method.idempotency)")
        }
        switch method.access {
        case .anonymous: arguments.append("access: .anonymous")
        case .scopes(let scopes):
            let list = scopes.map(SourceText.literal).joined(separator: ", ")
            arguments.append("access: .scopes([\(list)])")
        case nil: break
        }
        if let seconds = method.lifetime {
            guard method.idempotency == .noSideEffects, method.streaming == .none else {
                throw GeneratorError(
                    "\(service.fullName).\(method.name): only a method without side effects that "
                        + "gives one answer has a lifetime"
                )
            }
            arguments.append("lifetime: .seconds(\(seconds))")
        }
        if !routes.isEmpty {
            arguments.append("routes: [\(routes.map(declaration).joined(separator: ", "))]")
        }
        return arguments
    }

    private func declaration(_ route: HTTPRoute) -> String {
        var arguments = [SourceText.literal(route.verb), declaration(route.path)]
        switch route.body {
        case .none: break
        case .everything: arguments.append("body: .everything")
        case .field(let name): arguments.append("body: .field(\(SourceText.literal(name)))")
        }
        if let field = route.responseBody {
            arguments.append("responseBody: \(SourceText.literal(field))")
        }
        return "HTTPRoute(\(arguments.joined(separator: ", ")))"
    }

    private func declaration(_ path: PathTemplate) -> String {
        let segments = path.segments.map { segment in
            switch segment {
            case .literal(let text): ".literal(\(SourceText.literal(text)))"
            case .any: ".any"
            case .rest: ".rest"
            }
        }
        let variables = path.variables.map { variable in
            let names = variable.fieldPath.map(SourceText.literal).joined(separator: ", ")
            let range = "\(variable.segments.lowerBound)..<\(variable.segments.upperBound)"
            return "PathTemplate.Variable([\(names)], \(range))"
        }
        var arguments = ["[\(segments.joined(separator: ", "))]"]
        if !variables.isEmpty { arguments.append("[\(variables.joined(separator: ", "))]") }
        if let verb = path.customVerb {
            arguments.append("customVerb: \(SourceText.literal(verb))")
        }
        return "PathTemplate(\(arguments.joined(separator: ", ")))"
    }
}
