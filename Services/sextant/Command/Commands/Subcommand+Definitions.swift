internal import Contracts
internal import Messages
internal import RPC
internal import Wire

// Commands on what counts as a touch and what as a conversion.
extension Subcommand {
    static let definitions = [
        definitionsList, definitionsShow, definitionsDiff, definitionsDraft, definitionsTrial,
        definitionsActivate, definitionsArchive, definitionsRebuild,
    ]

    private static let asCSV = Option(name: "--csv", meaning: "The table as CSV.")
    private static let why = Option(name: "--reason", value: "TEXT", meaning: "Why; it is kept.")

    // MARK: Reading

    private static let definitionsList = Subcommand(
        name: "definitions list",
        words: "SUBJECT",
        wordCount: 1...1,
        summary: "Lists the versions of touch-rule or conversion-definitions, the newest first.",
        options: [
            Option(name: "--limit", value: "COUNT", meaning: "How many; 50 by default."), asCSV,
        ] + GatewayCall.options
    ) { context in
        var request = IngestV1.ListDefinitionVersionsRequest()
        request.subject = try context.subject
        request.pageSize = Int32(try context.arguments.number("--limit", in: 1...1_000) ?? 50)
        let gateway = GatewayCall(context)
        let answer = try await gateway.with { connection, _ in
            try await IngestV1.Definitions.Client(connection)
                .listDefinitionVersions(request, options: try gateway.options()).message.value()
        }
        context.print(try answer.json(), rows: answer.rows)
    }

    private static let definitionsShow = Subcommand(
        name: "definitions show",
        words: "SUBJECT [VERSION]",
        wordCount: 1...2,
        summary: "Shows a version, by default the one in force, and what its trial found.",
        options: [
            Option(
                name: "--content",
                meaning: "Only what it says, as the JSON that `definitions draft` reads."
            )
        ] + GatewayCall.options
    ) { context in
        let definition = try await context.definition(try context.version(at: 1) ?? 0)
        if context.arguments.has("--content") {
            context.terminal.print(try definition.contentText())
        } else {
            context.terminal.print(answer: try definition.json(), orElse: definition.text)
        }
    }

    private static let definitionsDiff = Subcommand(
        name: "definitions diff",
        words: "SUBJECT FROM [TO]",
        wordCount: 2...3,
        summary: "Tells in what a version differs from another, by default the one in force.",
        options: [asCSV] + GatewayCall.options
    ) { context in
        var request = IngestV1.DiffDefinitionsRequest()
        request.subject = try context.subject
        request.from = try context.version(at: 1) ?? 0
        request.to = try context.version(at: 2) ?? 0
        let gateway = GatewayCall(context)
        let answer = try await gateway.with { connection, _ in
            try await IngestV1.Definitions.Client(connection)
                .diffDefinitions(request, options: try gateway.options()).message.value()
        }
        if answer.changes.isEmpty { context.terminal.note("both say the same") }
        context.print(try answer.json(), rows: answer.rows)
    }

    // MARK: Drafts

    private static let definitionsDraft = Subcommand(
        name: "definitions draft",
        words: "SUBJECT FILE",
        wordCount: 2...2,
        summary: "Makes a draft of a file, or writes one anew.",
        details: """
            FILE is JSON, as `definitions show SUBJECT --content` prints it; - is standard input.
            A draft is tried by `definitions trial`, then put in force by `definitions activate`.
            """,
        options: [
            why,
            Option(name: "--version", value: "NUMBER", meaning: "The draft that is written anew."),
        ] + GatewayCall.options
    ) { context in
        let file = DefinitionFile(path: context.word(1) ?? "", subject: try context.subject)
        let content = try file.read()
        let gateway = GatewayCall(context)
        let draft: IngestV1.Definition
        if let version = try context.arguments.number("--version", in: 1...Int(Int32.max)) {
            let known = try await context.definition(Int64(version))
            var request = IngestV1.UpdateDraftRequest()
            (request.subject, request.version) = (known.subject, known.version)
            (request.revision, request.reason) = (known.revision, try context.reason)
            request.content = content.update
            draft = try await gateway.with { connection, _ in
                try await IngestV1.Definitions.Client(connection)
                    .updateDraft(request, options: try gateway.options()).message.value()
            }
        } else {
            var request = IngestV1.CreateDraftRequest()
            (request.subject, request.reason) = (try context.subject, try context.reason)
            request.content = content.create
            draft = try await gateway.with { connection, _ in
                try await IngestV1.Definitions.Client(connection)
                    .createDraft(request, options: try gateway.options()).message.value()
            }
        }
        context.terminal.print(
            answer: try draft.json(),
            orElse: """
                version \(draft.version) is a draft
                next: sextant definitions trial \(draft.subject) \(draft.version)
                """
        )
    }

    private static let definitionsTrial = Subcommand(
        name: "definitions trial",
        words: "SUBJECT VERSION",
        wordCount: 2...2,
        summary: "Tries a draft on stored events, beside the version in force.",
        options: [
            Option(
                name: "--from",
                value: "DAY",
                meaning: "The first day; thirty days up to the last by default."
            ),
            Option(name: "--to", value: "DAY", meaning: "The last day; today by default."),
            Option(
                name: "--events",
                value: "COUNT",
                meaning: "About how many events at most; of more some are drawn. 50,000."
            ),
            Option(name: "--seed", value: "NUMBER", meaning: "What draws come from; 0."), asCSV,
        ] + GatewayCall.options
    ) { context in
        let draft = try await context.definition(try context.version(at: 1) ?? 0)
        var request = IngestV1.ValidateDraftRequest()
        (request.subject, request.version) = (draft.subject, draft.version)
        request.revision = draft.revision
        request.from = context.arguments.value("--from") ?? ""
        request.to = context.arguments.value("--to") ?? ""
        request.mostEvents = Int32(try context.arguments.number("--events", in: 1...200_000) ?? 0)
        request.seed = Int64(try context.arguments.number("--seed", in: 0...Int.max) ?? 0)
        let gateway = GatewayCall(context)
        let tried = try await gateway.with { connection, _ in
            try await IngestV1.Definitions.Client(connection)
                .validateDraft(request, options: try gateway.options(within: nil)).message.value()
        }
        let report = tried.report ?? IngestV1.DefinitionReport()
        if context.arguments.has("--csv") {
            context.print(try tried.json(), rows: report.rows)
        } else {
            context.terminal.print(answer: try tried.json(), orElse: report.text)
        }
    }

    private static let definitionsArchive = Subcommand(
        name: "definitions archive",
        words: "SUBJECT VERSION",
        wordCount: 2...2,
        summary: "Gives a draft up: it is never in force.",
        options: GatewayCall.options
    ) { context in
        let draft = try await context.definition(try context.version(at: 1) ?? 0)
        var request = IngestV1.ArchiveDraftRequest()
        (request.subject, request.version) = (draft.subject, draft.version)
        request.revision = draft.revision
        let gateway = GatewayCall(context)
        let archived = try await gateway.with { connection, _ in
            try await IngestV1.Definitions.Client(connection)
                .archiveDraft(request, options: try gateway.options()).message.value()
        }
        context.terminal.print(
            answer: try archived.json(),
            orElse: "version \(archived.version) is archived"
        )
    }

    // MARK: In force

    private static let definitionsActivate = Subcommand(
        name: "definitions activate",
        words: "SUBJECT VERSION",
        wordCount: 2...2,
        summary: "Puts a draft in force that was tried, and waits until stored events follow it.",
        options: [
            why, Option(name: "--no-wait", meaning: "Leaves stored events to the operation."),
        ] + GatewayCall.options
    ) { context in
        let draft = try await context.definition(try context.version(at: 1) ?? 0)
        var request = IngestV1.ActivateDraftRequest()
        (request.subject, request.version) = (draft.subject, draft.version)
        (request.revision, request.reason) = (draft.revision, try context.reason)
        let gateway = GatewayCall(context)
        let active = try await gateway.with { connection, _ in
            let active = try await IngestV1.Definitions.Client(connection)
                .activateDraft(request, options: try gateway.options()).message.value()
            context.terminal.note("version \(active.version) is in force")
            let isAwaited = !active.rebuildOperation.isEmpty && !context.arguments.has("--no-wait")
            if isAwaited { _ = try await gateway.end(of: active.rebuildOperation, connection) }
            return active
        }
        context.terminal.print(answer: try active.json(), orElse: active.text)
    }

    private static let definitionsRebuild = Subcommand(
        name: "definitions rebuild",
        wordCount: 0...0,
        summary:
            "Waits until all stored events are decided by the conversion definitions in force.",
        details: "Each change of them begins it by itself; this tells how far it is.",
        options: GatewayCall.options
    ) { context in
        var request = IngestV1.GetDefinitionRequest()
        request.subject = DefinitionFile.conversions
        let gateway = GatewayCall(context)
        let done = try await gateway.with { connection, _ in
            let active = try await IngestV1.Definitions.Client(connection)
                .getDefinition(request, options: try gateway.options()).message.value()
            guard !active.rebuildOperation.isEmpty else {
                throw CommandFailure(
                    what: "version \(active.version) was in force from the start",
                    cause: "nothing stored was decided by another",
                    next: "sextant definitions list \(DefinitionFile.conversions)"
                )
            }
            return try await gateway.end(of: active.rebuildOperation, connection)
        }
        context.terminal.print(answer: try done.json(), orElse: done.outcome)
    }
}

extension CommandContext {
    /// What the command is about: its first word.
    fileprivate var subject: String {
        get throws(CommandFailure) {
            let word = word(0) ?? ""
            guard DefinitionFile.subjects.contains(word) else {
                throw .usage(
                    "'\(word)' has no definitions: expected "
                        + DefinitionFile.subjects.joined(separator: " or ")
                )
            }
            return word
        }
    }

    /// Why something is done.
    fileprivate var reason: String {
        get throws(CommandFailure) {
            guard let reason = arguments.value("--reason"), !reason.isEmpty else {
                throw .usage("expected --reason: why definitions change is kept with them")
            }
            return reason
        }
    }

    /// The version that a word names; nil without one.
    fileprivate func version(at place: Int) throws(CommandFailure) -> Int64? {
        guard let word = word(place) else { return nil }
        guard let version = Int64(word), version > 0 else {
            throw .usage(
                "'\(word)' is no version: expected a number from 1",
                next: "sextant definitions list \(try subject)"
            )
        }
        return version
    }

    /// Reads a version, with the revision that a change of it has to name; 0 for the one in force.
    fileprivate func definition(_ version: Int64) async throws -> IngestV1.Definition {
        var request = IngestV1.GetDefinitionRequest()
        (request.subject, request.version) = (try subject, version)
        let gateway = GatewayCall(self)
        return try await gateway.with { connection, _ in
            try await IngestV1.Definitions.Client(connection)
                .getDefinition(request, options: try gateway.options()).message.value()
        }
    }
}
