internal import Net
internal import Platform
internal import RPC
internal import Schema
internal import Tenancy
internal import Wire

/// A call of a method that is known by the server's reflection alone.
struct ReflectedCall {
    private let context: CommandContext
    private let service: String
    private let method: String
    private let request: String

    /// A call.
    ///
    /// - Parameters:
    ///   - context: what the command was told.
    ///   - path: `SERVICE/METHOD`, or with a dot between them.
    ///   - request: the request in JSON.
    /// - Throws: ``CommandFailure`` for a path that names no method.
    init(_ context: CommandContext, _ path: String, _ request: String) throws(CommandFailure) {
        guard let cut = path.lastIndex(of: "/") ?? path.lastIndex(of: "."),
            cut != path.startIndex, path.index(after: cut) != path.endIndex
        else { throw .usage("'\(path)' is not SERVICE/METHOD", next: "sextant help call") }
        self.context = context
        service = String(path[..<cut])
        method = String(path[path.index(after: cut)...])
        self.request = request
    }

    /// Makes the call, and prints its answers.
    ///
    /// - Throws: ``CommandFailure`` with the status that the server gave.
    func run() async throws {
        let group = try EventLoopGroup(count: 1)
        defer { group.stop() }
        let places = try CallPlace.all(context)
        do {
            let (connection, place, name) = try await find(places, group)
            defer { Task { await connection.close() } }
            try await call(connection, place, name)
        } catch let error as RPCError {
            throw CommandFailure(
                what: "\(error.code.name): \(error.message)",
                next: error.code == .unavailable
                    ? "sextant status --data \(context.folder.path)" : nil
            )
        }
    }

    private var options: CallOptions {
        get throws(CommandFailure) {
            let seconds = try context.arguments.number("--timeout", in: 1...86_400) ?? 30
            return CallOptions(timeout: .seconds(seconds))
        }
    }

    /// Finds who serves the contract that is meant.
    private func find(
        _ places: [CallPlace],
        _ group: EventLoopGroup
    ) async throws -> (RPCConnection, CallPlace, String) {
        var known: Set<String> = []
        var isReached = false
        for place in places {
            let connection: RPCConnection
            do {
                connection = try await RPCConnection.connect(
                    to: [place.address],
                    on: group.next(),
                    authority: "localhost"
                )
            } catch {
                continue
            }
            isReached = true
            let names: [String]
            do {
                names = try await ReflectionClient(connection).services(options: try options)
            } catch let error as RPCError where error.code == .unimplemented {
                // It does not tell what it has: others may.
                await connection.close()
                continue
            }
            let meant = names.filter { $0 == service || $0.hasSuffix("." + service) }
            if meant.count > 1 {
                throw CommandFailure.usage("\(service) may be \(meant.joined(separator: ", "))")
            }
            if let name = meant.first { return (connection, place, name) }
            known.formUnion(names)
            await connection.close()
        }
        guard isReached else {
            throw CommandFailure(
                what: "no service can be reached",
                next: "sextant up --data \(context.folder.path)"
            )
        }
        throw CommandFailure(
            what: "nobody serves \(service)",
            cause: "there are \(known.sorted().joined(separator: ", "))"
        )
    }

    private func call(_ connection: RPCConnection, _ place: CallPlace, _ name: String) async throws
    {
        let options = try options
        let declarations =
            try await ReflectionClient(connection).declarations(of: name, options: options)
        guard let schema = declarations.services[name]?.method(named: method) else {
            let methods = declarations.services[name]?.methods.map(\.name) ?? []
            throw CommandFailure(
                what: "\(name) has no method \(method)",
                cause: "it has \(methods.joined(separator: ", "))"
            )
        }
        guard !schema.streaming.hasManyRequests else {
            throw CommandFailure(what: "\(method) takes any number of messages: it is for programs")
        }
        let json = JSONOptions(types: declarations.types)
        let message: SharedBytes
        do throws(CodecError) {
            message = try schema.input.message(
                json: request.utf8Span.span.asRawSpan,
                options: json
            )
        } catch {
            throw CommandFailure.usage("the request is wrong: \(error)")
        }
        let channel = try await place.channel(connection, for: schema, context)
        var signed = options
        if let key = try place.key(context) {
            try signed.metadata.add("authorization", "Bearer \(key)")
        }
        let call = try await channel.encoded(schema, message.bytes, options: signed)
        while let answer = try await call.nextEncoded() {
            let text = try schema.output.json(of: answer, options: json)
            context.terminal.print(String(decoding: Array(copying: text.bytes), as: UTF8.self))
        }
    }
}

/// Where a call may go.
struct CallPlace {
    let address: SocketAddress
    /// The service of the installation that is there; nil for an address of someone's own.
    let service: String?

    /// What the place is called where tenants and keys are administered.
    static let administration = "administration"

    /// The places that a command means, in the order in which they are asked.
    static func all(_ context: CommandContext) throws(CommandFailure) -> [CallPlace] {
        let folder = context.folder
        var known = ServiceGraph.areas.map { name in
            CallPlace(address: .unix(path: folder.socket(of: name)), service: name)
        }
        if let port = try Installation.load(folder)?.gatewayPort {
            known.append(CallPlace(address: .loopback(port: port), service: ServiceGraph.gateway))
        }
        known.append(
            CallPlace(
                address: .unix(path: folder.administrationSocket),
                service: Self.administration
            )
        )
        guard let place = context.arguments.value("--at") else { return known }
        if let named = known.first(where: { $0.service == place }) { return [named] }
        do throws(SocketAddressError) {
            return [CallPlace(address: try SocketAddress(place), service: nil)]
        } catch {
            throw .usage("--at is \(place): \(error)")
        }
    }

    /// The key that a call is made with: one that is given, the demo tenant's at the gateway, or an
    /// operator's token.
    func key(_ context: CommandContext) throws -> String? {
        if let key = context.arguments.value("--key") { return key }
        let keys = InstallationKeys(context.folder)
        return switch service {
        case ServiceGraph.gateway: try keys.demoKey()
        case Self.administration: try keys.operatorToken()
        default: nil
        }
    }

    /// What a call goes by: in the name of a tenant, if one is named.
    func channel(
        _ connection: RPCConnection,
        for method: MethodSchema,
        _ context: CommandContext
    ) async throws -> any RPCChannel {
        guard let slug = context.arguments.value("--tenant") else { return connection }
        guard let service, ServiceGraph.areas.contains(service),
            let audience = ServiceName(service)
        else {
            throw CommandFailure.usage(
                "--tenant goes with services behind the gateway only: it takes a --key"
            )
        }
        var scopes = ScopeSet.none
        if case .scopes(let wanted) = method.access {
            guard let set = ScopeSet(wanted.compactMap { Scope($0) }) else {
                throw CommandFailure(what: "\(method.name) asks for too many scopes")
            }
            scopes = set
        }
        let tenant = try await PlatformSession.with(context.folder) { try await $0.tenant(slug) }
        return TenantChannel(
            connection,
            to: audience,
            by: try InstallationKeys(context.folder).gatewayIssuer(),
            for: TenantContext(
                tenant: tenant.id,
                actor: try PlatformSession.actor,
                scopes: scopes
            ),
            slug: try PlatformSession.slug(slug)
        )
    }
}
