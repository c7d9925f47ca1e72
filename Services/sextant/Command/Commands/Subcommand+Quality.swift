internal import Contracts
internal import Messages
internal import RPC
internal import Wire

// Commands on how good a tenant's data is.
extension Subcommand {
    static let quality = [qualitySnapshot, qualityFindings, qualityNote, qualityRules]

    private static let qualitySnapshot = Subcommand(
        name: "dq snapshot",
        words: "[DAY]",
        wordCount: 0...1,
        summary: "Measures a day, by default the last whole one, and waits until it is done.",
        options: GatewayCall.options
    ) { context in
        let gateway = GatewayCall(context)
        let done = try await gateway.with { connection, _ in
            var request = IngestV1.TakeSnapshotRequest()
            request.date = context.word(0) ?? ""
            let taken = try await IngestV1.DataQuality.Client(connection)
                .takeSnapshot(request, options: try gateway.options()).message.value()
            return try await gateway.end(of: taken.operation, connection)
        }
        context.terminal.print(answer: try done.json(), orElse: done.outcome)
    }

    private static let qualityFindings = Subcommand(
        name: "dq findings",
        summary: "Lists what is wrong with the data, and what to do.",
        options: [Option(name: "--all", meaning: "Also what is resolved, and what is muted.")]
            + GatewayCall.options
    ) { context in
        let gateway = GatewayCall(context)
        let answer = try await gateway.with { connection, _ in
            var request = IngestV1.ListFindingsRequest()
            if !context.arguments.has("--all") {
                request.state = .open
                request.excludesMuted = true
            }
            request.pageSize = 1_000
            return try await IngestV1.DataQuality.Client(connection)
                .listFindings(request, options: try gateway.options()).message.value()
        }
        let lines = answer.findings.map { finding in
            "\(finding.number)  \(finding.rule), since \(finding.firstDate): \(finding.summary)\n"
                + "    \(finding.advice)"
        }
        context.terminal.print(
            answer: try answer.json(),
            orElse: lines.isEmpty ? "nothing is wrong" : lines.joined(separator: "\n")
        )
    }

    private static let qualityNote = Subcommand(
        name: "dq note",
        words: "NUMBER REASON",
        wordCount: 2...2,
        summary: "Notes on a finding that somebody has seen it, and why it is as it is.",
        options: GatewayCall.options
    ) { context in
        guard let number = Int64(context.word(0) ?? "") else {
            throw CommandFailure.usage(
                "expected the number of a finding",
                next: "sextant dq findings"
            )
        }
        let gateway = GatewayCall(context)
        let finding = try await gateway.with { connection, _ in
            var request = IngestV1.NoteFindingRequest()
            request.number = number
            request.reason = context.word(1) ?? ""
            return try await IngestV1.DataQuality.Client(connection)
                .noteFinding(request, options: try gateway.options()).message.value()
        }
        context.terminal.print(answer: try finding.json(), orElse: "\(finding.notes.count) notes")
    }

    private static let qualityRules = Subcommand(
        name: "dq rules",
        summary: "Lists the rules that findings come of.",
        options: GatewayCall.options
    ) { context in
        let gateway = GatewayCall(context)
        let answer = try await gateway.with { connection, _ in
            try await IngestV1.DataQuality.Client(connection)
                .listRules(.init(), options: try gateway.options()).message.value()
        }
        let rows = answer.rules.map { stored in
            let rule = stored.rule ?? IngestV1.QualityRule()
            return [
                rule.name, rule.metric, "\(sign(of: rule.comparison)) \(rule.threshold)",
                rule.disabled ? "disabled" : stored.standard ? "" : "own",
            ]
        }
        context.terminal.print(answer: try answer.json(), orElse: TextTable.text(rows))
    }

    private static func sign(of comparison: IngestV1.QualityRule.Comparison) -> String {
        switch comparison {
        case .above: "above"
        case .below: "below"
        case .beyond: "beyond ±"
        default: "unknown to"
        }
    }
}
