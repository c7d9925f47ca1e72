import Contracts
import Jobs
import Messages
import RPC
import TestTenants
import Testing
import Wire

@testable import Ingest

extension ServedIngest {
    /// Makes a draft of conversion definitions.
    func draft(
        _ definitions: [IngestV1.ConversionDefinition]
    ) async throws -> IngestV1.Definition {
        var content = IngestV1.ConversionDefinitions()
        content.definitions = definitions
        return try await draft(.conversionDefinitions(content))
    }

    /// Makes a draft.
    func draft(_ content: IngestV1.CreateDraftRequest.Content) async throws -> IngestV1.Definition {
        var request = IngestV1.CreateDraftRequest()
        request.content = content
        request.reason = "a test"
        switch content {
        case .touchRule: request.subject = "touch-rule"
        case .conversionDefinitions: request.subject = "conversion-definitions"
        }
        return try await definitions.createDraft(request).message.value()
    }

    /// Tries a draft.
    @discardableResult
    func validate(
        _ draft: IngestV1.Definition,
        _ change: (inout IngestV1.ValidateDraftRequest) -> Void = { _ in }
    ) async throws -> IngestV1.DefinitionReport {
        var request = IngestV1.ValidateDraftRequest()
        (request.subject, request.version) = (draft.subject, draft.version)
        request.revision = draft.revision
        (request.from, request.to) = ("2026-02-20", "2026-04-20")
        change(&request)
        let tried = try await definitions.validateDraft(request).message.value()
        return try #require(tried.report)
    }

    /// Puts a draft in force, and waits until what is stored is decided anew.
    @discardableResult
    func activate(_ draft: IngestV1.Definition) async throws -> IngestV1.Definition {
        var request = IngestV1.ActivateDraftRequest()
        (request.subject, request.version) = (draft.subject, draft.version)
        request.revision = draft.revision
        request.reason = "a test"
        let active = try await definitions.activateDraft(request).message.value()
        try await served.finishJobs(of: served.members[0])
        return active
    }

    /// Tries definitions, and puts them in force.
    @discardableResult
    func define(
        _ definitions: [IngestV1.ConversionDefinition]
    ) async throws -> IngestV1.Definition {
        let draft = try await draft(definitions)
        try await validate(draft)
        return try await activate(draft)
    }

    /// What came of an operation that decides anew.
    func rebuild(_ operation: String) async throws -> IngestV1.ConversionRebuild {
        let id = try #require(JobID(operation.replacing("operations/ingest.", with: "")))
        let job = try #require(try await served.jobs.job(id, in: scope))
        #expect(job.state == .done)
        let bytes = job.result ?? []
        return try IngestV1.ConversionRebuild(decoding: bytes.rawBytes)
    }

    /// A definition of an event's name, with the value of its own.
    static func definition(
        _ name: String,
        _ event: String,
        kind: String = "purchase",
        _ change: (inout IngestV1.ConversionDefinition) -> Void = { _ in }
    ) -> IngestV1.ConversionDefinition {
        var definition = IngestV1.ConversionDefinition()
        (definition.name, definition.eventName, definition.kind) = (name, event, kind)
        definition.effect = .conversion
        definition.valueFields = ["value"]
        definition.currencyFields = ["currency"]
        definition.orderFields = ["order_id"]
        change(&definition)
        return definition
    }

    /// An order that was sent as one.
    static func order(
        _ id: String,
        _ order: String,
        _ value: String,
        after seconds: Int64 = 0,
        _ change: (inout IngestV1.Event) -> Void = { _ in }
    ) -> IngestV1.Event {
        event(id, after: seconds) { event in
            event.kind = .conversion
            event.name = "Order Completed"
            (event.orderID, event.value, event.currency) = (order, value, "EUR")
            change(&event)
        }
    }

    /// The counts of spring 2026, a line each.
    func conversionCounts(kind: String = "") async throws -> [String] {
        var request = IngestV1.CountConversionsRequest()
        (request.from, request.to, request.kind) = ("2026-02-20", "2026-12-20", kind)
        let response = try await definitions.countConversions(request).message.value()
        #expect(response.outdated == 0)
        return response.counts.map { count in
            "\(count.day) \(count.kind) \(count.effect.rawValue) \(count.standing.rawValue) "
                + "\(count.currency) \(count.conversions) \(count.value)"
        }
    }
}
