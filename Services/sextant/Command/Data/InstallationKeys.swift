internal import Administration
internal import Crypto
internal import Net
internal import Platform
internal import Tenancy
internal import Wire

/// The secrets of an installation: made once, each in a file that only its owner reads.
struct InstallationKeys {
    private let folder: DataFolder

    /// What API keys are hashed with.
    static let pepper = "api-key-peppers"
    /// What tenants' secrets are sealed with.
    static let sealing = "sealing-keys"
    /// What the keys of tenants' contexts come from.
    static let contextRoot = "context-root"
    /// Who may administer, and by which token.
    static let operators = "operators"

    init(_ folder: DataFolder) { self.folder = folder }

    /// Makes the secrets that are not there.
    ///
    /// - Throws: `SystemError`, or `CryptoError` for a file that holds something else.
    func make() throws {
        for name in [Self.pepper, Self.sealing, Self.contextRoot]
        where !FileSystem.exists(folder.key(name)) {
            let secret = StrictBase64.url.encode(SecretBytes(randomCount: 32).bytes)
            try FileSystem.write(folder.key(name), "1:\(secret)\n", mode: 0o600)
        }
        if !FileSystem.exists(folder.key(Self.operators)) {
            let line = "\(Self.operatorName) \(OperatorTokens.random())\n"
            try FileSystem.write(folder.key(Self.operators), line, mode: 0o600)
        }
        let root = try ring(Self.contextRoot)
        for service in ServiceGraph.all {
            let text = try ServiceGraph.keys(of: service, from: root).reveal()
            // They follow from the root, which someone may have replaced.
            if try FileSystem.text(bundle(of: service)) != text {
                try FileSystem.write(bundle(of: service), text, mode: 0o600)
            }
        }
    }

    /// What the first operator is called: as whoever gave the command.
    private static var operatorName: String {
        let name = Account.current?.name ?? ""
        return Actor(.operator, name) == nil ? "operator" : name
    }

    /// The token of the first operator; nil if there is none.
    func operatorToken() throws -> String? {
        let lines = try FileSystem.text(folder.key(Self.operators))?.split(separator: "\n") ?? []
        let entries = lines.map { $0.prefix { $0 != "#" }.split(whereSeparator: \.isWhitespace) }
        return entries.first { $0.count > 1 }.map { String($0[1]) }
    }

    /// The file of a service's keys of contexts.
    func bundle(of service: String) -> String { folder.key("\(service).keys") }

    /// The keys of a file.
    func ring(_ name: String) throws -> KeyRing<SecretBytes> {
        guard let text = try FileSystem.text(folder.key(name)) else {
            throw CommandFailure(
                what: "the key file \(folder.key(name)) is not there",
                next: "sextant up --data \(folder.path)"
            )
        }
        return try KeyRing<SecretBytes>(text: String(text.prefix { $0 != "\n" }))
    }

    /// What API keys are hashed with.
    func peppers() throws -> KeyRing<AuthenticationKey> {
        try ring(Self.pepper).map { secret throws(CryptoError) in AuthenticationKey(secret) }
    }

    /// Signs contexts as the gateway does.
    func gatewayIssuer() throws -> ContextIssuer {
        let text = try FileSystem.text(bundle(of: ServiceGraph.gateway)) ?? ""
        guard let gateway = ServiceName(ServiceGraph.gateway) else {
            throw CommandFailure(what: "the gateway has no name")
        }
        let keys = try ContextKeyBundle(text: text).signing(as: gateway)
        return ContextIssuer(gateway, keys: keys)
    }

    /// The key of the demo tenant; nil if there is none.
    func demoKey() throws -> String? {
        try FileSystem.text(folder.key("demo-key")).map { String($0.prefix { $0 != "\n" }) }
    }

    /// Keeps the key of the demo tenant.
    func keepDemoKey(_ key: String) throws(SystemError) {
        try FileSystem.write(folder.key("demo-key"), key + "\n", mode: 0o600)
    }
}
