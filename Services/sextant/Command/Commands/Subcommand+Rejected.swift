internal import Contracts
internal import Messages
internal import RPC
internal import Wire

// Commands on rows that could not be taken.
extension Subcommand {
    static let rejected = [rejectedList, rejectedCount, rejectedReplay, rejectedDiscard]

    private static let filters = [
        Option(name: "--kind", value: "KIND", meaning: "Of a kind, as event or spend."),
        Option(name: "--reason", value: "REASON", meaning: "For a reason, as unknown_channel."),
        Option(name: "--source", value: "NAME", meaning: "From a source."),
        Option(name: "--batch", value: "ID", meaning: "Of an import, or of a call's batch."),
    ]

    private static func filter(_ context: CommandContext) -> IngestV1.RejectedRowFilter {
        var filter = IngestV1.RejectedRowFilter()
        filter.kind = context.arguments.value("--kind") ?? ""
        filter.reason = context.arguments.value("--reason") ?? ""
        filter.source = context.arguments.value("--source") ?? ""
        filter.batch = context.arguments.value("--batch") ?? ""
        filter.state = .waiting
        return filter
    }

    private static let rejectedList = Subcommand(
        name: "rejected list",
        summary: "Lists rows that wait to be mended, the newest first.",
        options: [Option(name: "--limit", value: "COUNT", meaning: "How many; 50 by default.")]
            + filters + GatewayCall.options
    ) { context in
        let limit = try context.arguments.number("--limit", in: 1...1_000) ?? 50
        let gateway = GatewayCall(context)
        let rows = try await gateway.with { connection, _ in
            var request = IngestV1.ListRejectedRowsRequest()
            request.filter = filter(context)
            request.pageSize = Int32(limit)
            let client = IngestV1.Rejected.Client(connection)
            return try await client.listRejectedRows(request, options: try gateway.options())
                .message.value().rows
        }
        context.terminal.print(
            .array(rows.map { .object($0.members) }),
            orElse: rows.map(\.lines).joined(separator: "\n")
        )
    }

    private static let rejectedCount = Subcommand(
        name: "rejected count",
        summary: "Counts rows that wait, by kind, reason and field.",
        options: filters + GatewayCall.options
    ) { context in
        let gateway = GatewayCall(context)
        let counts = try await gateway.with { connection, _ in
            var request = IngestV1.CountRejectedRowsRequest()
            request.filter = filter(context)
            let client = IngestV1.Rejected.Client(connection)
            return try await client.countRejectedRows(request, options: try gateway.options())
                .message.value().counts
        }
        context.terminal.print(
            .array(
                counts.map { count in
                    .object([
                        ("kind", .string(count.kind)), ("reason", .string(count.reason)),
                        ("field", .string(count.field)), ("rows", .number(Int(count.rows))),
                    ])
                }
            ),
            orElse: TextTable.text(
                counts.map { ["\($0.rows)", $0.kind, $0.reason, $0.field] }
            )
        )
    }

    private static let rejectedReplay = Subcommand(
        name: "rejected replay",
        summary: "Writes waiting rows again, once what was wrong is mended.",
        options: filters + GatewayCall.options
    ) { context in
        let gateway = GatewayCall(context)
        let (replayed, rejected) = try await gateway.with { connection, _ in
            let client = IngestV1.Rejected.Client(connection)
            var request = IngestV1.ReplayRejectedRowsRequest()
            request.filter = filter(context)
            request.limit = 500
            var (replayed, rejected): (Int64, Int64) = (0, 0)
            while true {
                let answer = try await client.replayRejectedRows(
                    request,
                    options: try gateway.options()
                ).message.value()
                replayed += answer.replayed
                rejected += answer.rejected
                guard let last = answer.rows.map(\.number).max() else { break }
                request.afterNumber = last
            }
            return (replayed, rejected)
        }
        context.terminal.print(
            .object([("replayed", .number(Int(replayed))), ("rejected", .number(Int(rejected)))]),
            orElse: "\(replayed) taken, \(rejected) rejected again"
        )
    }

    private static let rejectedDiscard = Subcommand(
        name: "rejected discard",
        words: "NUMBER...",
        wordCount: 1...1_000,
        summary: "Gives waiting rows up: they stay to be seen, and are not written any more.",
        options: GatewayCall.options
    ) { context in
        let numbers = try context.arguments.words.map { text throws(CommandFailure) in
            guard let number = Int64(text) else {
                throw .usage("'\(text)' is no number of a row", next: "sextant rejected list")
            }
            return number
        }
        let gateway = GatewayCall(context)
        let discarded = try await gateway.with { connection, _ in
            var request = IngestV1.DiscardRejectedRowsRequest()
            request.numbers = numbers
            let client = IngestV1.Rejected.Client(connection)
            return try await client.discardRejectedRows(request, options: try gateway.options())
                .message.value().discarded
        }
        context.terminal.print(
            .object([("discarded", .number(Int(discarded)))]),
            orElse: "\(discarded) given up"
        )
    }
}

extension IngestV1.RejectedRow {
    fileprivate var members: [(String, JSONValue)] {
        [
            ("number", .number(Int(number))), ("kind", .string(kind)),
            ("reason", .string(reason)), ("field", .string(field)),
            ("description", .string(explanation)), ("source", .string(source)),
            ("row", .number(Int(row))), ("batch", .string(batch)), ("text", .string(text)),
        ]
    }

    fileprivate var lines: String {
        "\(number)  \(kind) row \(row): \(reason) \(field): \(explanation)\n    "
            + String(text.prefix(200))
    }
}
