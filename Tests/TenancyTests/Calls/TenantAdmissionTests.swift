import Net
import RPC
import Synchronization
import TestContracts
import TestMessages
import Testing
import Wire

@testable import Tenancy

@Suite("Tenants that are served or not", .timeLimit(.minutes(5)))
struct TenantAdmissionTests {
    /// Knows of a suspended tenant, of one that is gone, and of one that it does not know yet.
    private struct Directory: TenantAdmission {
        func admit(_ context: VerifiedContext) throws(AccessRefusal) {
            switch context.tenant.text.last {
            case "s": throw .suspended
            case "g": throw .unknownTenant
            case "n": throw .unlistedTenant
            default: return
            }
        }
    }

    private static func tenant(_ last: Character) throws -> TenantContext {
        Fixture.context(try #require(TenantID("00000000000000\(last)")))
    }

    @Test("are refused when they are suspended, gone or not known yet")
    func admission() async throws {
        let fixture = try TenancyFixture(admission: Directory())
        for (last, code, reason) in [
            ("a", nil, nil), ("s", .permissionDenied, "suspended"),
            ("g", .permissionDenied, "unknown_tenant"), ("n", .unavailable, "unlisted_tenant"),
        ] as [(Character, StatusCode?, String?)] {
            let (client, connection) = try await fixture.client(for: try Self.tenant(last))
            let error = await failure { _ = try await client.getBook(.init()) }
            #expect(error?.code == code, "\(last)")
            if let reason { #expect(fixture.refusals(reason) == 1) }
            await connection.close()
        }
        await fixture.stop()
    }

    @Test("have their streams ended when they are suspended, and others have not")
    func suspension() async throws {
        let fixture = try TenancyFixture()
        let acme = Fixture.context().tenant
        let (client, connection) = try await fixture.client()
        let (otherClient, otherConnection) = try await fixture.client(
            for: Fixture.context(Fixture.other)
        )
        var streams: [BidirectionalCall<TestingV1.Book, TestingV1.Book.View>] = []
        for _ in 0..<3 { streams.append(try await client.chat()) }
        let other = try await otherClient.chat()
        for stream in streams + [other] {
            try await stream.send(TestingV1.Book())
            #expect(try await stream.next() != nil)
        }
        #expect(fixture.openCalls.count(of: acme) == 3)
        #expect(fixture.openCalls.count(of: Fixture.other) == 1)
        fixture.openCalls.end(acme)
        for stream in streams {
            let error = await failure { _ = try await stream.next() }
            #expect(error?.code == .permissionDenied)
            #expect(error?.message == "the tenant is suspended")
        }
        try await other.send(TestingV1.Book())
        #expect(try await other.next() != nil)
        await other.finishSending()
        #expect(try await other.next() == nil)
        await connection.close()
        await otherConnection.close()
        await fixture.stop()
        // Their handlers were cancelled.
        #expect(fixture.service.running.count.load(ordering: .relaxed) == 0)
        #expect(fixture.openCalls.count(of: acme) == 0)
        #expect(fixture.openCalls.count(of: Fixture.other) == 0)
    }

    @Test("have no streams to end once their calls are over, of any kind")
    func ended() async throws {
        let fixture = try TenancyFixture()
        let (client, connection) = try await fixture.client()
        _ = try await client.getBook(.init())
        _ = try await client.ping(.init()).next()
        _ = try await client.import().finish()
        await connection.close()
        await fixture.stop()
        #expect(fixture.openCalls.count(of: Fixture.acme) == 0)
        fixture.openCalls.end(Fixture.acme)
    }
}

@Suite("The tenant that a stranger chooses")
struct TenantSelectionTests {
    private static let acme = TenantGrant(Fixture.acme, known(try? TenantSlug("acme")))
    private static let other = TenantGrant(Fixture.other, known(try? TenantSlug("zebra")))

    private static func choose(
        _ fields: [(String, String)],
        _ grants: [TenantGrant] = [acme, other]
    ) throws -> TenantGrant {
        var metadata = Metadata()
        for (name, value) in fields { try metadata.add(name, value) }
        return try TenantSelection.choose(by: metadata, among: grants)
    }

    private static let id = "x-tenant-id"
    private static let slug = "x-tenant-slug"

    @Test("is the one that the fields name, or the only one")
    func chosen() throws {
        #expect(try Self.choose([], [Self.acme]) == Self.acme)
        #expect(try Self.choose([(Self.id, Fixture.other.text)]) == Self.other)
        #expect(try Self.choose([(Self.slug, "zebra")]) == Self.other)
        let both = [(Self.slug, "acme"), (Self.id, Fixture.acme.text)]
        #expect(try Self.choose(both) == Self.acme)
    }

    @Test(
        "is none where fields are doubled, disagree, or name what is not granted",
        arguments: [
            ([], .unknownTenant),
            ([(id, "0000000000000aa")], .unknownTenant),
            ([(slug, "nobody")], .unknownTenant),
            ([(slug, "ACME")], .unknownTenant),
            ([(slug, "")], .unknownTenant),
            ([(id, Fixture.acme.text), (slug, "nobody")], .unknownTenant),
            ([(id, "0000000000000aa"), (slug, "acme")], .unknownTenant),
            ([(id, Fixture.acme.text), (slug, "zebra")], .disagreeing(slug)),
            ([(id, Fixture.acme.text), (id, Fixture.acme.text)], .doubled(id)),
            ([(slug, "acme"), (slug, "acme")], .doubled(slug)),
            ([("x-tenant-context", "AA"), (slug, "acme")], .disagreeing("x-tenant-context")),
        ] as [([(String, String)], AccessRefusal)]
    )
    func refused(fields: [(String, String)], refusal: AccessRefusal) {
        #expect(throws: refusal) { try Self.choose(fields) }
        #expect(refusal.code == .permissionDenied)
        // What exists and is not granted reads as what does not exist.
        #expect(refusal.error.message == "the credential does not allow this")
    }

    @Test("is none without a grant")
    func noGrant() {
        #expect(throws: AccessRefusal.unknownTenant) { try Self.choose([], []) }
        #expect(throws: AccessRefusal.unknownTenant) {
            try Self.choose([(Self.id, Fixture.acme.text)], [])
        }
    }
}
