internal import Contracts
internal import Messages
internal import RPC
internal import Wire

// Commands on channels, and on how sure they are.
extension Subcommand {
    static let taxonomy = [taxonomyCheck, taxonomyUnknown, taxonomyConfidence, taxonomyRemap]

    private static let days = [
        Option(name: "--from", value: "DAY", meaning: "The first day; thirty days by default."),
        Option(name: "--to", value: "DAY", meaning: "The last day."),
    ]

    private static let taxonomyCheck = Subcommand(
        name: "taxonomy check",
        words: "URL",
        wordCount: 1...1,
        summary: "Examines the tags of a link: its faults, the corrected link, the channel.",
        options: GatewayCall.options
    ) { context in
        let gateway = GatewayCall(context)
        let report = try await gateway.with { connection, _ in
            var request = IngestV1.ValidateUtmRequest()
            request.url = context.word(0) ?? ""
            return try await IngestV1.Taxonomy.Client(connection)
                .validateUtm(request, options: try gateway.options()).message.value()
        }
        let channel = report.channel?.channel ?? ""
        let faults = report.findings.map { finding in
            "\(finding.error ? "error" : "warning")  \(finding.parameter): \(finding.text)"
        }
        context.terminal.print(
            answer: try report.json(),
            orElse: (faults + [
                report.correctedURL.isEmpty ? "" : "corrected  \(report.correctedURL)",
                "channel    \(channel)",
            ]).filter { !$0.isEmpty }.joined(separator: "\n")
        )
    }

    private static let taxonomyUnknown = Subcommand(
        name: "taxonomy unknown",
        summary: "Tells which part of the touches is of no known channel, why, and what to do.",
        options: days + GatewayCall.options
    ) { context in
        let gateway = GatewayCall(context)
        let share = try await gateway.with { connection, _ in
            var request = IngestV1.GetUnknownShareRequest()
            request.from = context.arguments.value("--from") ?? ""
            request.to = context.arguments.value("--to") ?? ""
            return try await IngestV1.TaxonomyHistory.Client(connection)
                .getUnknownShare(request, options: try gateway.options()).message.value()
        }
        let causes = share.causes.map { cause in
            "  \(percent(cause.touches?.share ?? 0))  \(cause.advice)"
        }
        let total = "\(share.unknown) of \(share.touches) touches are unknown,"
        let aim = "which should be below \(percent(share.target))"
        context.terminal.print(
            answer: try share.json(),
            orElse: (["\(total) \(percent(share.share)), \(aim)"] + causes)
                .joined(separator: "\n")
        )
    }

    private static let taxonomyConfidence = Subcommand(
        name: "taxonomy confidence",
        summary: "Tells how sure the channels of touches are.",
        options: days + GatewayCall.options
    ) { context in
        let gateway = GatewayCall(context)
        let answer = try await gateway.with { connection, _ in
            var request = IngestV1.GetChannelConfidenceRequest()
            request.from = context.arguments.value("--from") ?? ""
            request.to = context.arguments.value("--to") ?? ""
            return try await IngestV1.TaxonomyHistory.Client(connection)
                .getChannelConfidence(request, options: try gateway.options()).message.value()
        }
        let rows = answer.channels.map { channel in
            [
                channel.channel, "\(channel.touches) touches",
                "mean \(percent(channel.confidence))", "median \(percent(channel.median))",
            ]
        }
        context.terminal.print(
            answer: try answer.json(),
            orElse: TextTable.text(rows) + "\n\(answer.formula)"
        )
    }

    private static let taxonomyRemap = Subcommand(
        name: "taxonomy remap",
        summary: "Maps stored events anew by the rules in force, and waits until it is done.",
        options: days + GatewayCall.options
    ) { context in
        let gateway = GatewayCall(context)
        let done = try await gateway.with { connection, _ in
            var request = IngestV1.RemapHistoryRequest()
            request.from = context.arguments.value("--from") ?? ""
            request.to = context.arguments.value("--to") ?? ""
            let operation = try await IngestV1.TaxonomyHistory.Client(connection)
                .remapHistory(request, options: try gateway.options()).message.value()
            return try await gateway.end(of: operation.name, connection)
        }
        context.terminal.print(answer: try done.json(), orElse: done.outcome)
    }

    private static func percent(_ share: Double) -> String {
        let tenths = Int((share * 1_000).rounded())
        return "\(tenths / 10).\(tenths % 10) %"
    }
}
