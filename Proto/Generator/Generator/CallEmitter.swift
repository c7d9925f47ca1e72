internal import Wire

/// Writes what serves and what calls a service: a protocol for servers, and a client.
///
/// Both are nested in the enum of the service's method table, where no other declaration can have
/// their names.
struct CallEmitter {
    let types: TypeTable

    func emit(_ service: ProtoService, to source: inout SourceText) throws(GeneratorError) {
        let type = try types.swiftName(service.reference)
        var methods: [Names] = []
        for method in service.methods { methods.append(try Names(method, of: service, types)) }
        source.block("extension \(type)") { source in
            emitProtocol(service, methods, to: &source)
            source.line()
            emitMethods(service, methods, to: &source)
            source.line()
            emitClient(service, methods, to: &source)
        }
    }

    /// How a method and its messages are called in Swift.
    private struct Names {
        let method: ProtoMethod
        let service: String
        let name: String
        let request: String
        let response: String

        init(
            _ method: ProtoMethod,
            of service: ProtoService,
            _ types: TypeTable
        ) throws(GeneratorError) {
            self.method = method
            self.service = try types.swiftName(service.reference)
            name = SwiftNames.escaped(SwiftNames.method(method.name))
            request = try types.swiftName(method.input)
            response = try types.swiftName(method.output)
        }
    }

    // MARK: The server's side

    private func emitProtocol(
        _ service: ProtoService,
        _ methods: [Names],
        to source: inout SourceText
    ) {
        source.line("/// What serves `\(service.fullName)`.")
        source.block("public protocol Service: Sendable") { source in
            for (index, names) in methods.enumerated() {
                if index > 0 { source.line() }
                let method = names.method
                source.comment(method.comment, orElse: "Serves the method `\(method.name)`.")
                source.line("func \(names.name)(\(serverSignature(names))")
            }
        }
    }

    private func serverSignature(_ names: Names) -> String {
        let message = "_ request: Message<\(names.request).View>"
        let messages = "_ requests: RequestStream<\(names.request).View>"
        let answers = "_ responses: ResponseStream<\(names.response)>"
        let call = "_ call: ServerCall) async throws"
        let reply = "-> Reply<\(names.response)>"
        return switch names.method.streaming {
        case .none: "\(message), \(call) \(reply)"
        case .client: "\(messages), \(call) \(reply)"
        case .server: "\(message), \(answers), \(call)"
        case .both: "\(messages), \(answers), \(call)"
        }
    }

    private func emitMethods(
        _ service: ProtoService,
        _ methods: [Names],
        to source: inout SourceText
    ) {
        source.line("/// The methods of a service, for a server to run.")
        source.line("@inlinable")
        source.block("public static func methods(of service: some Service) -> [RPCMethod]") {
            source in
            source.list("[", "]") { source in
                for names in methods {
                    let isStream =
                        names.method.streaming == .server || names.method.streaming == .both
                    let arguments = isStream ? "$0, $1, $2" : "$0, $1"
                    source.line(
                        ".\(kind(names.method))(\(names.name)) "
                            + "{ try await service.\(names.name)(\(arguments)) },"
                    )
                }
            }
        }
    }

    private func kind(_ method: ProtoMethod) -> String {
        switch method.streaming {
        case .none: "unary"
        case .client: "clientStreaming"
        case .server: "serverStreaming"
        case .both: "bidirectional"
        }
    }

    // MARK: The client's side

    private func emitClient(
        _ service: ProtoService,
        _ methods: [Names],
        to source: inout SourceText
    ) {
        source.line("/// Calls `\(service.fullName)`.")
        source.block("public struct Client: Sendable") { source in
            source.line("@usableFromInline let channel: any RPCChannel")
            source.line()
            source.line("/// Calls by way of a channel.")
            source.line("public init(_ channel: any RPCChannel) { self.channel = channel }")
            for names in methods {
                source.line()
                let method = names.method
                source.comment(method.comment, orElse: "Calls the method `\(method.name)`.")
                emitCall(names, to: &source)
            }
        }
    }

    private func emitCall(_ names: Names, to source: inout SourceText) {
        let method = "\(names.service).\(names.name)"
        let options = "options: CallOptions = CallOptions()"
        let result: String
        let argument: String
        switch names.method.streaming {
        case .none:
            result = "Answer<\(names.response).View>"
            argument = "_ request: \(names.request), "
        case .server:
            result = "AnswerStream<\(names.response).View>"
            argument = "_ request: \(names.request), "
        case .client:
            result = "ClientStreamingCall<\(names.request), \(names.response).View>"
            argument = ""
        case .both:
            result = "BidirectionalCall<\(names.request), \(names.response).View>"
            argument = ""
        }
        if names.method.streaming == .none { source.line("@inlinable") }
        source.block(
            "public func \(names.name)(\(argument)\(options)) async throws -> \(result)"
        ) { source in
            let request = argument.isEmpty ? "" : ", request"
            source.line(
                "try await channel.\(kind(names.method))(\(method)\(request), options: options)"
            )
        }
    }
}
