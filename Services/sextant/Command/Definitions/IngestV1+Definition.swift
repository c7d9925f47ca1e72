internal import Messages
internal import RPC
internal import Wire

extension IngestV1.ListDefinitionVersionsResponse {
    /// A row for each version, with a head.
    var rows: [[String]] {
        [["version", "state", "revision", "written", "by", "reason"]]
            + versions.map { version in
                [
                    "\(version.version)", version.word, "\(version.revision)",
                    version.updateTime.minute, version.actor, version.reason,
                ]
            }
    }
}

extension IngestV1.DefinitionDiff {
    /// A row for each place, with a head.
    var rows: [[String]] {
        [["place", "version \(from)", "version \(to)"]]
            + changes.map { [$0.path, $0.before, $0.after] }
    }
}

extension IngestV1.Definition {
    /// The state in a word.
    fileprivate var word: String {
        switch state {
        case .draft: "draft"
        case .active: "in force"
        case .archived: "archived"
        default: "unknown"
        }
    }

    /// What it says, as JSON.
    ///
    /// - Returns: the JSON that a draft is made of.
    /// - Throws: ``CommandFailure`` if it says nothing; `CodecError`.
    func contentText() throws -> String {
        switch content {
        case .touchRule(let rule): try rule.jsonText()
        case .conversionDefinitions(let definitions): try definitions.jsonText()
        case nil: throw CommandFailure(what: "version \(version) of \(subject) says nothing")
        }
    }

    /// What people are told of it.
    var text: String {
        var facts = [["\(subject) \(version)", "\(word), revision \(revision)"]]
        func add(_ name: String, _ time: GoogleProtobuf.Timestamp?, _ actor: String, _ why: String)
        {
            if time == nil, why.isEmpty { return }
            let parts = [time.minute, actor.isEmpty ? "" : "by \(actor)", why]
            facts.append(["  \(name)", parts.filter { !$0.isEmpty }.joined(separator: ", ")])
        }
        add("written", updateTime, actor, reason)
        add("in force", activateTime, activateActor, activateReason)
        add("archived", archiveTime, "", "")
        if baseVersion > 0 { facts.append(["  based on", "version \(baseVersion)"]) }
        var parts = [TextTable.text(facts)]
        switch content {
        case .touchRule(let rule): parts.append(TextTable.text(rule.rows))
        case .conversionDefinitions(let definitions):
            parts.append(TextTable.text(definitions.rows))
        case nil: break
        }
        if let report { parts.append(report.text) }
        return parts.joined(separator: "\n\n")
    }
}

extension IngestV1.TouchRule {
    /// A row for each part of the rule.
    fileprivate var rows: [[String]] {
        func list(_ names: [String]) -> String {
            names.isEmpty ? "none" : names.joined(separator: ", ")
        }
        return [
            ["a session ends after", "\(idleMinutes) minutes without an act"],
            ["a new arrival", keepsSessions ? "does not start a session" : "starts a session"],
            ["ignored sources", list(ignoredSources)], ["messages", list(messageEvents)],
            ["clicks", withoutClicks ? "are no touches" : "are touches"],
            ["impressions", withoutImpressions ? "are no touches" : "are touches"],
            ["direct sessions", withoutDirect ? "are no touches" : "are touches"],
        ]
    }
}

extension IngestV1.ConversionDefinitions {
    /// A row for each definition, with a head.
    fileprivate var rows: [[String]] {
        [["name", "kind", "effect", "events", "filters", "value", "currency", "order"]]
            + definitions.map(\.cells)
    }
}

extension IngestV1.ConversionDefinition {
    fileprivate var cells: [String] {
        var events = eventName.isEmpty ? [] : ["'\(eventName)'"]
        // As `KIND_CONVERSION`.
        if eventKind != .unspecified, let name = eventKind.name {
            events.append("of kind \(name.dropFirst("KIND_".count).lowercased())")
        }
        let value =
            switch valueMode {
            case .fixed: fixedValue
            case .none: "none"
            default: Self.first(of: valueFields)
            }
        let currencies = currencyFields + (defaultCurrency.isEmpty ? [] : [defaultCurrency])
        return [
            name, kind, effect.word, events.joined(separator: " "),
            filters.isEmpty ? "" : "\(filters.count)", value, Self.first(of: currencies),
            Self.first(of: orderFields) + (dedup == .event ? ", each event counts" : ""),
        ]
    }

    private static func first(of fields: [String]) -> String {
        fields.joined(separator: ", else ")
    }
}

extension IngestV1.ConversionDefinition.Effect {
    /// What it does, in a word.
    var word: String {
        switch self {
        case .conversion: "conversion"
        case .refund: "refund"
        case .cancellation: "cancellation"
        default: "unknown"
        }
    }
}
