internal import Net
internal import Schema
internal import Telemetry
internal import Tenancy

// Commands on API keys.
extension Subcommand {
    static let keys = [keyCreate, keyList, keyRevoke]

    private static let keyCreate = Subcommand(
        name: "key create",
        words: "TENANT",
        wordCount: 1...1,
        summary: "Makes an API key for a tenant, and prints it: it is shown this once.",
        options: [
            Option(
                name: "--scope",
                value: "SCOPE",
                isRepeated: true,
                meaning: "What it may do, as events:write; once for each."
            ),
            Option(name: "--all", meaning: "It may do everything that keys may for a tenant."),
            Option(
                name: "--origin",
                value: "ORIGIN",
                isRepeated: true,
                meaning: "A key for browsers, from pages of this origin alone; once for each."
            ),
            Option(
                name: "--days",
                value: "COUNT",
                meaning: "How long it counts; for ever by default."
            ),
        ]
    ) { context in
        let isAll = context.arguments.has("--all")
        guard !isAll || context.arguments.all("--scope").isEmpty else {
            throw CommandFailure.usage("--scope and --all are given: expected one of them")
        }
        let texts = isAll ? InstallationStart.allScopes : context.arguments.all("--scope")
        if let wrong = texts.first(where: { Scope($0) == nil }) {
            throw CommandFailure.usage("--scope is \(wrong): expected a word as events:write")
        }
        let scopes = texts.compactMap { Scope($0) }
        guard !texts.isEmpty, let set = ScopeSet(scopes) else {
            throw CommandFailure.usage(
                "expected --scope, as often as there is something that the key may do, or --all",
                next: "sextant help key create"
            )
        }
        let origins = Set(context.arguments.all("--origin"))
        let days = try context.arguments.number("--days", in: 1...36_500)
        let key = try await PlatformSession.with(context.folder) { session in
            do {
                return try await session.keys().create(
                    for: [try await session.tenant(context.word(0)).id],
                    scopes: set,
                    use: origins.isEmpty ? .server : .browser(origins: origins),
                    expiresAt: days.map { day in
                        let lifetime = Int64(day) * 86_400_000
                        return UTCTimestamp(milliseconds: UTCTimestamp.now.milliseconds + lifetime)
                    },
                    by: try PlatformSession.actor,
                    before: session.deadline
                )
            } catch let fault as APIKeyRecord.Fault {
                throw CommandFailure.usage("there can be no such key: \(fault)")
            }
        }
        context.terminal.print(
            .object([("id", .string(key.id.text)), ("key", .string(key.reveal()))]),
            orElse: key.reveal()
        )
        // A new tenant is known everywhere within seconds: whoever goes on at once is answered.
        if scopes.contains(where: { $0.text == "control:read" }), origins.isEmpty,
            let installation = try Installation.load(context.folder),
            try context.folder.services.running() != nil
        {
            do {
                try await FirstCall(context.folder, installation).awaitAnswer(key.reveal())
            } catch {
                // There is a key all the same; that of a suspended tenant is answered later.
                context.terminal.note("the gateway does not answer the key yet: \(error)")
            }
        }
    }

    private static let keyList = Subcommand(
        name: "key list",
        words: "TENANT",
        wordCount: 1...1,
        summary: "Lists the keys that may act for a tenant; their secrets nobody has."
    ) { context in
        let keys = try await PlatformSession.with(context.folder) { session in
            let tenant = try await session.tenant(context.word(0))
            return try await session.keys(of: tenant.id)
        }
        context.terminal.print(
            .array(keys.map { $0.record.json }),
            orElse: TextTable.text(
                keys.map { [$0.record.id.text, $0.record.condition, $0.record.scopes.text] }
            )
        )
    }

    private static let keyRevoke = Subcommand(
        name: "key revoke",
        words: "ID",
        wordCount: 1...1,
        summary: "Takes a key back for ever; within 5 s it counts nowhere."
    ) { context in
        // Whoever has the whole key need not take it apart.
        let text = context.word(0) ?? ""
        let parts = text.split(separator: "_", omittingEmptySubsequences: false)
        guard let id = APIKeyID(parts.count == 4 ? String(parts[2]) : text) else {
            throw CommandFailure.usage("expected a key or its id", next: "sextant key list TENANT")
        }
        let isThere = try await PlatformSession.with(context.folder) { session in
            try await session.keys().revoke(
                id,
                by: try PlatformSession.actor,
                before: session.deadline
            )
        }
        guard isThere else {
            throw CommandFailure(what: "there is no key \(id)", next: "sextant key list TENANT")
        }
        context.terminal.print(.object([("revoked", .string(id.text))]), orElse: "\(id) is revoked")
    }
}

extension APIKeyRecord {
    /// Whether it counts, in a word.
    fileprivate var condition: String {
        let now = UTCTimestamp.now.milliseconds
        if let revokedAt, revokedAt.milliseconds <= now { return "revoked" }
        if let expiresAt, expiresAt.milliseconds <= now { return "expired" }
        return "good"
    }

    fileprivate var json: JSONValue {
        var origins: [String] = []
        if case .browser(let some) = use { origins = some.sorted() }
        return .object([
            ("id", .string(id.text)), ("condition", .string(condition)),
            ("scopes", .array(scopes.scopes.map { .string($0.text) })),
            ("origins", .array(origins.map { .string($0) })),
            ("expiresAt", JSONValue(expiresAt.map { "\($0)" })),
            ("revokedAt", JSONValue(revokedAt.map { "\($0)" })),
        ])
    }
}
