import Contracts
import Messages
import RPC
import TestKit
import TestTenants
import Testing
import Touches
import Wire

@testable import Ingest

@Suite("Definitions", .timeLimit(.minutes(10)))
struct DefinitionsTests {
    private static let lead = ServedIngest.definition("lead", "Signed Up", kind: "lead")

    private func definition(
        _ version: Int64,
        of subject: String = "conversion-definitions",
        _ ingest: ServedIngest
    ) async throws -> IngestV1.Definition {
        var request = IngestV1.GetDefinitionRequest()
        (request.subject, request.version) = (subject, version)
        return try await ingest.definitions.getDefinition(request).message.value()
    }

    private func code(_ body: () async throws -> Void) async -> StatusCode? {
        let error = await #expect(throws: RPCError.self) { try await body() }
        return error?.code
    }

    private func update(
        _ draft: IngestV1.Definition,
        _ definitions: [IngestV1.ConversionDefinition],
        _ ingest: ServedIngest
    ) async throws -> IngestV1.Definition {
        var request = IngestV1.UpdateDraftRequest()
        (request.subject, request.version) = (draft.subject, draft.version)
        request.revision = draft.revision
        request.reason = "better"
        var content = IngestV1.ConversionDefinitions()
        content.definitions = definitions
        request.content = .conversionDefinitions(content)
        return try await ingest.definitions.updateDraft(request).message.value()
    }

    @Test(
        "are the platform's at first, and published as that",
        arguments: DefinitionSubject.allCases
    )
    func initial(subject: DefinitionSubject) async throws {
        let ingest = try await ServedIngest()
        let first = try await definition(0, of: subject.name, ingest)
        #expect(first == subject.standard && first.version == 1 && first.state == .active)
        #expect(try await definition(1, of: subject.name, ingest) == first)
        #expect(await code { _ = try await definition(2, of: subject.name, ingest) } == .notFound)
        var list = IngestV1.ListDefinitionVersionsRequest()
        list.subject = subject.name
        let versions = try await ingest.definitions.listDefinitionVersions(list).message.value()
        #expect(versions.versions.map(\.version) == [1] && versions.versions[0].content == nil)
        #expect(
            try await ingest.rows(
                "select subject, version, activated_at from ingest_v1_definitions order by 1"
            )
                == ["conversion-definitions|1|", "touch-rule|1|"]
        )
        await ingest.stop()
    }

    @Test("are drafted, changed, tried, put in force, and archived by the next")
    func lifecycle() async throws {
        let ingest = try await ServedIngest()
        let made = try await ingest.draft([Self.lead])
        #expect(made.version == 2 && made.state == .draft && made.revision == 1)
        #expect(made.baseVersion == 1 && made.createTime != nil && made.reason == "a test")
        #expect(await code { try await ingest.activate(made) } == .failedPrecondition)
        try await ingest.validate(made)
        let changed = try await update(made, [Self.lead, .init()].dropLast(), ingest)
        #expect(changed.revision == 2 && changed.report == nil && changed.reason == "better")
        // What was tried is no more what would be put in force.
        #expect(await code { try await ingest.activate(changed) } == .failedPrecondition)
        #expect(await code { try await ingest.validate(made) } == .aborted)
        try await ingest.validate(changed)
        let active = try await ingest.activate(changed)
        #expect(active.state == .active && active.activateReason == "a test")
        #expect(active.rebuildOperation.hasPrefix("operations/ingest."))
        #expect(try await definition(0, ingest).version == 2)
        let former = try await definition(1, ingest)
        #expect(former.state == .archived && former.archiveTime != nil)
        #expect(
            try await ingest.rows("select version from ingest_v1_definitions order by subject")
                == ["2", "1"]
        )
        // Nothing of it changes any more.
        #expect(
            await code { _ = try await update(active, [Self.lead], ingest) } == .failedPrecondition
        )
        #expect(await code { try await ingest.activate(active) } == .failedPrecondition)
        await ingest.stop()
    }

    @Test("are listed without a look at what they say")
    func listed() async throws {
        let ingest = try await ServedIngest()
        let draft = try await ingest.draft([Self.lead])
        try await ingest.validate(draft)
        var list = IngestV1.ListDefinitionVersionsRequest()
        list.subject = draft.subject
        let whole = try await definition(2, ingest)
        #expect(whole.content != nil && whole.report != nil)
        var head = whole
        (head.content, head.report) = (nil, nil)
        // Those from before there were heads are read as a whole.
        try await ingest.rows("update definition_versions set head = null where version = 1")
        let told = try await ingest.definitions.listDefinitionVersions(list).message.value()
        #expect(told.versions.map(\.version) == [2, 1] && told.versions[0] == head)
        #expect(told.versions[1].content == nil && told.versions[1].state == .active)
        // Whoever reads this fails.
        try await ingest.rows(
            "update definition_versions set definition = '\\xff' where version = 2"
        )
        #expect(await code { _ = try await definition(2, ingest) } == .internalError)
        let again = try await ingest.definitions.listDefinitionVersions(list).message.value()
        #expect(again == told)
        await ingest.stop()
    }

    @Test("are not put in force over others that came meanwhile")
    func overtaken() async throws {
        let ingest = try await ServedIngest()
        let (one, two) = (try await ingest.draft([Self.lead]), try await ingest.draft([Self.lead]))
        for draft in [one, two] { try await ingest.validate(draft) }
        try await ingest.activate(two)
        #expect(await code { try await ingest.activate(one) } == .aborted)
        // Written anew it is based on those, and has an older number: that is no matter.
        let again = try await update(one, [ServedIngest.definition("x", "y")], ingest)
        #expect(again.baseVersion == 3 && again.version == 2)
        try await ingest.validate(again)
        try await ingest.activate(again)
        #expect(try await definition(0, ingest).version == 2)
        try await ingest.write([
            ServedIngest.event("n") {
                ($0.kind, $0.name, $0.value, $0.currency) = (.custom, "y", "1", "EUR")
            }
        ])
        #expect(
            try await ingest.rows("select definitions, kind from conversions") == ["2|purchase"]
        )
        await ingest.stop()
    }

    @Test("that are archived as drafts are never in force; there are at most twenty drafts")
    func archived() async throws {
        let ingest = try await ServedIngest()
        let drafts = try await (0..<20).asyncMap { _ in try await ingest.draft([Self.lead]) }
        #expect(await code { _ = try await ingest.draft([Self.lead]) } == .resourceExhausted)
        var request = IngestV1.ArchiveDraftRequest()
        (request.subject, request.version) = (drafts[0].subject, drafts[0].version)
        request.revision = 7
        let wrong = request
        #expect(await code { _ = try await ingest.definitions.archiveDraft(wrong) } == .aborted)
        request.revision = 1
        let archived = try await ingest.definitions.archiveDraft(request).message.value()
        #expect(archived.state == .archived && archived.archiveTime != nil)
        #expect(await code { try await ingest.validate(drafts[0]) } == .failedPrecondition)
        #expect(try await ingest.draft([Self.lead]).version == 22)
        await ingest.stop()
    }

    @Test("differ where they differ: what has a name is called by it")
    func diff() async throws {
        let ingest = try await ServedIngest()
        _ = try await ingest.draft([Self.lead])
        _ = try await ingest.draft([
            ServedIngest.definition("order", "Bought"),
            ServedIngest.definition("lead", "Signed Up", kind: "lead") {
                $0.valueFields = ["value", "properties.worth"]
            },
        ])
        var request = IngestV1.DiffDefinitionsRequest()
        (request.subject, request.from, request.to) = ("conversion-definitions", 2, 3)
        let diff = try await ingest.definitions.diffDefinitions(request).message.value()
        let changes = diff.changes.map { "\($0.path): \($0.before) > \($0.after)" }
        #expect(changes.contains(#"definitions[lead].valueFields[1]:  > "properties.worth""#))
        #expect(changes.contains(#"definitions[order].eventName:  > "Bought""#))
        #expect(changes.contains("definitions[lead]#: 0 > 1"))
        #expect(!changes.contains { $0.hasPrefix("definitions[lead].kind") })
        (request.from, request.to) = (3, 3)
        let same = try await ingest.definitions.diffDefinitions(request).message.value()
        #expect(same.changes.isEmpty && same.from == 3)
        await ingest.stop()
    }

    @Test("are refused where the request says what cannot be")
    func refused() async throws {
        let ingest = try await ServedIngest()
        var get = IngestV1.GetDefinitionRequest()
        get.subject = "touches"
        let unknown = get
        #expect(
            await code { _ = try await ingest.definitions.getDefinition(unknown) }
                == .invalidArgument
        )
        get.subject = "touch-rule"
        get.version = -1
        let negative = get
        #expect(
            await code { _ = try await ingest.definitions.getDefinition(negative) }
                == .invalidArgument
        )
        var create = IngestV1.CreateDraftRequest()
        create.subject = "conversion-definitions"
        create.content = .touchRule(.standard)
        create.reason = "a test"
        let mixed = create
        #expect(
            await code { _ = try await ingest.definitions.createDraft(mixed) } == .invalidArgument
        )
        create.subject = "touch-rule"
        create.reason = ""
        let silent = create
        #expect(
            await code { _ = try await ingest.definitions.createDraft(silent) } == .invalidArgument
        )
        await ingest.stop()
    }
}

extension Sequence {
    /// What becomes of each element, one after the other.
    fileprivate func asyncMap<Result>(
        _ transform: (Element) async throws -> Result
    ) async rethrows -> [Result] {
        var results: [Result] = []
        for element in self { results.append(try await transform(element)) }
        return results
    }
}
