import Contracts
import Messages
import RPC
import TestTenants
import Wire

// Calls about definitions: drafts in the tenant's words, tried and put in force, and what they make
// of its events.
extension TenantAPI {
    private typealias Definitions = IngestV1.Definitions

    private static let subjects = ["touch-rule", "conversion-definitions"]

    static let definitionCalls: [TenantCall] =
        subjects.flatMap(lifecycle) + [
            .unary(
                Definitions.countConversions,
                answering: IngestV1.CountConversionsResponse.View.self
            ) { _ in
                var request = IngestV1.CountConversionsRequest()
                (request.from, request.to) = ("2026-01-01", "2026-12-31")
                return request
            },
            .unary(
                Definitions.countConversions,
                answering: IngestV1.CountConversionsResponse.View.self
            ) { words in
                var request = IngestV1.CountConversionsRequest()
                (request.from, request.to, request.kind) = (
                    "2026-01-01", words.canary, words.canary
                )
                return request
            },
        ]

    private static func lifecycle(_ subject: String) -> [TenantCall] {
        [
            .unary(Definitions.createDraft, answering: IngestV1.Definition.View.self) { words in
                draft(subject, words)
            },
            .unary(Definitions.getDefinition, answering: IngestV1.Definition.View.self) { _ in
                var request = IngestV1.GetDefinitionRequest()
                request.subject = subject
                return request
            },
            .unary(Definitions.getDefinition, answering: IngestV1.Definition.View.self) { words in
                var request = IngestV1.GetDefinitionRequest()
                request.subject = subject
                request.version = Int64(words.round) + 2
                return request
            },
            .unary(
                Definitions.listDefinitionVersions,
                answering: IngestV1.ListDefinitionVersionsResponse.View.self
            ) { _ in
                var request = IngestV1.ListDefinitionVersionsRequest()
                request.subject = subject
                return request
            },
            .unary(
                Definitions.diffDefinitions,
                answering: IngestV1.DefinitionDiff.View.self
            ) { _ in
                var request = IngestV1.DiffDefinitionsRequest()
                (request.subject, request.from, request.to) = (subject, 1, 2)
                return request
            },
            .unary(Definitions.updateDraft, answering: IngestV1.Definition.View.self) { words in
                var request = IngestV1.UpdateDraftRequest()
                (request.subject, request.version, request.revision) = (subject, 2, 1)
                switch draft(subject, words).content {
                case .touchRule(let rule)?: request.content = .touchRule(rule)
                case .conversionDefinitions(let those)?:
                    request.content = .conversionDefinitions(those)
                case nil: break
                }
                request.reason = "again for \(words.canary)"
                return request
            },
            .unary(Definitions.validateDraft, answering: IngestV1.Definition.View.self) { words in
                var request = IngestV1.ValidateDraftRequest()
                (request.subject, request.version, request.revision) = (subject, 2, 1)
                request.from = words.canary
                return request
            },
            .unary(Definitions.archiveDraft, answering: IngestV1.Definition.View.self) { _ in
                var request = IngestV1.ArchiveDraftRequest()
                (request.subject, request.version, request.revision) = (subject, 3, 1)
                return request
            },
            .unary(Definitions.activateDraft, answering: IngestV1.Definition.View.self) { words in
                var request = IngestV1.ActivateDraftRequest()
                (request.subject, request.version, request.revision) = (subject, 1, 1)
                request.reason = words.canary
                return request
            },
            TenantCall(Definitions.activateDraft) { channel, words in
                try await activated(subject, words, channel)
            },
        ]
    }

    /// A draft that is made, tried and put in force, and an event that it is about.
    private static func activated(
        _ subject: String,
        _ words: TenantWords,
        _ channel: any RPCChannel
    ) async throws -> [SharedBytes] {
        let client = IngestV1.Definitions.Client(channel)
        let made = try await client.createDraft(draft(subject, words)).message.value()
        var trial = IngestV1.ValidateDraftRequest()
        (trial.subject, trial.version, trial.revision) = (subject, made.version, made.revision)
        let tried = try await client.validateDraft(trial).message
        var request = IngestV1.ActivateDraftRequest()
        (request.subject, request.version, request.revision) = (
            subject, made.version, made.revision
        )
        request.reason = "because of \(words.canary)"
        let active = try await client.activateDraft(request).message
        var write = IngestV1.WriteEventsRequest()
        var event = IngestV1.Event()
        event.eventID = "\(words.canary)-d\(words.round)"
        event.kind = .custom
        event.name = "of \(words.canary)"
        event.userID = words.canary
        event.orderID = words.canary
        write.events = [event]
        let written = try await IngestV1.Events.Client(channel).writeEvents(write).message
        return [tried.canonicalBytes(), active.canonicalBytes(), written.canonicalBytes()]
    }

    private static func draft(
        _ subject: String,
        _ words: TenantWords
    ) -> IngestV1.CreateDraftRequest {
        var request = IngestV1.CreateDraftRequest()
        request.subject = subject
        request.reason = "because of \(words.canary)"
        guard subject == "conversion-definitions" else {
            var rule = IngestV1.TouchRule()
            rule.idleMinutes = 30
            rule.ignoredSources = [words.canary]
            request.content = .touchRule(rule)
            return request
        }
        var definition = IngestV1.ConversionDefinition()
        definition.name = words.canary
        definition.kind = "k\(words.canary)"
        definition.effect = .conversion
        definition.eventName = "of \(words.canary)"
        definition.valueFields = ["value", "properties.\(words.canary)"]
        definition.currencyFields = ["currency"]
        definition.orderFields = ["order_id"]
        var definitions = IngestV1.ConversionDefinitions()
        definitions.definitions = [definition]
        request.content = .conversionDefinitions(definitions)
        return request
    }
}
