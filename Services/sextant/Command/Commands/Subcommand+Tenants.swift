internal import Glibc
internal import Net
internal import Schema
internal import Tenancy

// Commands on tenants.
extension Subcommand {
    static let tenants = [
        tenantCreate, tenantList, tenantSuspend, tenantResume, tenantExport, tenantDelete,
    ]

    private static let tenantCreate = Subcommand(
        name: "tenant create",
        words: "SLUG",
        wordCount: 1...1,
        summary: "Makes a tenant, and prints its id.",
        options: [
            Option(name: "--time-zone", value: "NAME", meaning: "Of its reports; UTC by default."),
            Option(name: "--currency", value: "CODE", meaning: "Of its reports; EUR by default."),
        ]
    ) { context in
        let slug = try PlatformSession.slug(context.word(0))
        let standard = TenantSettings()
        let zone = context.arguments.value("--time-zone") ?? standard.timeZone
        let currency = context.arguments.value("--currency") ?? standard.currency
        guard
            let settings = TenantSettings(
                timeZone: zone,
                currency: currency,
                weekStart: standard.weekStart,
                attributionDays: standard.attributionDays,
                retentionDays: standard.retentionDays
            )
        else {
            throw CommandFailure.usage("'\(zone)' or '\(currency)' is none that there could be")
        }
        let id = try await PlatformSession.with(context.folder) {
            try await $0.administration().create(slug, settings: settings)
        }
        context.terminal.print(
            .object([("id", .string(id.text)), ("slug", .string(slug.text))]),
            orElse: id.text
        )
    }

    private static let tenantList = Subcommand(
        name: "tenant list",
        summary: "Lists the tenants that are active or suspended."
    ) { context in
        let tenants = try await PlatformSession.with(context.folder) {
            try await $0.tenants()
        }
        context.terminal.print(
            .array(
                tenants.map {
                    .object([
                        ("id", .string($0.id.text)), ("slug", .string($0.slug)),
                        ("state", .string($0.state.rawValue)),
                        ("createdAt", .string("\($0.createdAt)")),
                    ])
                }
            ),
            orElse: TextTable.text(
                tenants.map { [$0.slug, $0.state.rawValue, $0.id.text, "\($0.createdAt)"] }
            )
        )
    }

    private static let tenantSuspend = Subcommand(
        name: "tenant suspend",
        words: "SLUG",
        wordCount: 1...1,
        summary: "Serves a tenant no longer; its streams end within 10 s."
    ) { context in
        try await change(context, "suspended") { try await $0.suspend($1) }
    }

    private static let tenantResume = Subcommand(
        name: "tenant resume",
        words: "SLUG",
        wordCount: 1...1,
        summary: "Serves a suspended tenant again."
    ) { context in
        try await change(context, "active") { try await $0.resume($1) }
    }

    private static let tenantDelete = Subcommand(
        name: "tenant delete",
        words: "SLUG",
        wordCount: 1...1,
        summary: "Deletes a suspended tenant with all that it has, for ever.",
        options: [
            Option(name: "--yes", meaning: "That it is meant; without it nothing is deleted.")
        ]
    ) { context in
        guard context.arguments.has("--yes") else {
            throw CommandFailure.usage(
                "nothing is deleted without --yes",
                next: "sextant tenant export \(context.word(0) ?? "") FOLDER"
            )
        }
        try await change(context, "deleted") { try await $0.delete($1) }
    }

    private static func change(
        _ context: CommandContext,
        _ result: String,
        _ body: (TenantAdministration, TenantID) async throws -> Void
    ) async throws {
        let tenant = try await PlatformSession.with(context.folder) { session in
            let tenant = try await session.tenant(context.word(0))
            try await body(try session.administration(), tenant.id)
            return tenant
        }
        context.terminal.print(
            .object([("id", .string(tenant.id.text)), ("state", .string(result))]),
            orElse: "\(tenant.slug) is \(result)"
        )
    }

    // MARK: Exports

    private static let tenantExport = Subcommand(
        name: "tenant export",
        words: "SLUG FOLDER",
        wordCount: 2...2,
        summary: "Writes all that is stored for a tenant into a new folder, as JSON Lines."
    ) { context in
        guard let path = context.word(1), !FileSystem.exists(path) else {
            throw CommandFailure.usage("\(context.word(1) ?? "") is there already")
        }
        // What is there under its own name is whole.
        let part = path + ".part"
        try FileSystem.removeTree(part)
        let counts = try await PlatformSession.with(context.folder) { session in
            let tenant = try await session.tenant(context.word(0))
            try FileSystem.makeFolder(part, mode: 0o700)
            let export = TenantExport(try session.migrator(patience: .seconds(600)))
            // A large tenant takes a while.
            let deadline = ContinuousClock.now.advanced(by: .seconds(6 * 3_600))
            return try await export.run(tenant.id, before: deadline) { piece in
                switch piece {
                case .manifest(let text):
                    try FileSystem.append("\(part)/manifest.json", Array((text + "\n").utf8))
                case .rows(let table, let lines):
                    try FileSystem.append("\(part)/\(table).jsonl", lines)
                }
            }
        }
        try FileSystem.rename(part, to: path)
        let rows = counts.sorted { $0.key < $1.key }
        context.terminal.print(
            .object(rows.map { ($0.key, .number($0.value)) }),
            orElse: TextTable.text(rows.map { [$0.key, "\($0.value)"] })
        )
    }
}
