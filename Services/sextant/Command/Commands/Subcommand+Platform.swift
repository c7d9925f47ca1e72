internal import Net
internal import Platform
internal import Schema

// Commands on the platform's database as a whole.
extension Subcommand {
    private static let environmentNote = """
        The database is that of the data folder, unless the environment names another by
        SEXTANT_SUPERUSER_DSN, SEXTANT_MIGRATOR_DSN and SEXTANT_GATEWAY_DSN, or by files that the
        same with _FILE behind it name.
        """

    static let migrate = Subcommand(
        name: "migrate",
        summary: "Brings the platform's schema and those of all tenants up to date.",
        details: environmentNote + """


            With a superuser's login it makes the roles too, and sets the passwords that lie in
            SEXTANT_PASSWORDS_FOLDER, a file for each login.
            """
    ) { context in
        var text = ""
        try await context.terminal.stage("Migrate") {
            text = try await PlatformSession.with(context.folder) { session in
                if session.access.superuser != nil { try await session.prepareRoles() }
                return try await MigrationSummary(session).text
            }
            return text
        }
        context.terminal.print(.object([("migrated", .string(text))]), orElse: text)
    }

    // MARK: Tasks

    static let taskList = Subcommand(
        name: "task list",
        summary: "Lists what can be done by `task run`."
    ) { context in
        context.terminal.print(
            .array(PlatformTask.allCases.map { .string($0.rawValue) }),
            orElse: TextTable.text(PlatformTask.allCases.map { [$0.rawValue, $0.summary] })
        )
    }

    static let taskRun = Subcommand(
        name: "task run",
        words: "TASK",
        wordCount: 1...1,
        summary: "Does one thing for the whole platform, now.",
        details: environmentNote
    ) { context in
        guard let name = context.word(0), let task = PlatformTask(rawValue: name) else {
            throw CommandFailure.usage(
                "there is no task '\(context.word(0) ?? "")'",
                next: "sextant task list"
            )
        }
        var result = ""
        try await context.terminal.stage(name) {
            result = try await PlatformSession.with(context.folder) { try await task.run($0) }
            return result
        }
        context.terminal.print(.object([("result", .string(result))]), orElse: result)
    }
}

extension PlatformSession {
    /// Makes the roles, and sets the passwords that someone has laid down.
    func prepareRoles() async throws {
        try await ClusterRoles.prepare(
            superuser,
            group: group,
            blocking: blocking,
            before: deadline
        )
        guard let passwordFolder = access.passwords else { return }
        var passwords: [String: String] = [:]
        for login in ClusterRoles.logins {
            guard let text = try FileSystem.text("\(passwordFolder)/\(login)") else { continue }
            passwords[login] = String(text.prefix { $0 != "\n" })
        }
        try await ClusterRoles.setPasswords(
            passwords,
            at: superuser,
            group: group,
            blocking: blocking,
            before: deadline
        )
    }
}
