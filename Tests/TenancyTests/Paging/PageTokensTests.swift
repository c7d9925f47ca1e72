import Crypto
import RPC
import Telemetry
import TestKit
import TestMessages
import Testing
import Wire

@testable import Tenancy

@Suite("Tokens of pages")
struct PageTokensTests {
    private let clock = TestClock()

    private func tokens(_ keys: KeyRing<AuthenticationKey>? = nil) throws -> PageTokens {
        PageTokens(try keys ?? .ephemeral(), lifetime: .seconds(60)) { [clock] in
            UTCTimestamp(milliseconds: clock.milliseconds)
        }
    }

    private func subject(
        method: String = "/test.Items/List",
        tenant: String? = "000000000000000",
        _ change: (inout TestingV1.ListJobsRequest) -> Void = { _ in }
    ) throws -> PageSubject {
        var request = TestingV1.ListJobsRequest()
        change(&request)
        let message = try Message<TestingV1.ListJobsRequest.View>(request)
        return PageSubject(method: method, tenant: tenant.flatMap { TenantID($0) }, of: message)
    }

    /// The token of the page after the second entry.
    private func second(_ tokens: PageTokens, _ subject: PageSubject) throws -> String {
        let page = try tokens.page(of: subject, size: 2, token: "")
        #expect(page.count == 2 && page.place == nil)
        let (entries, token) = page.cut(["a", "b", "c"]) { $0 }
        #expect(entries == ["a", "b"])
        return token
    }

    @Test("lead to the next page, and are empty at the end")
    func pages() throws {
        let (tokens, subject) = (try tokens(), try subject())
        let token = try second(tokens, subject)
        let page = try tokens.page(of: subject, size: 2, token: token)
        #expect(page.placeText == "b")
        #expect(page.cut(["c", "d"]) { $0 }.nextToken.isEmpty)
        // How many there are on a page may change from one to the next.
        let larger = try self.subject { $0.pageSize = 7 }
        #expect(try tokens.page(of: larger, size: 7, token: token).placeText == "b")
        let onward = try self.subject { $0.pageToken = token }
        #expect(try tokens.page(of: onward, size: 2, token: token).placeText == "b")
    }

    @Test("have sizes of 50 if nobody says, and of 1,000 at most")
    func sizes() throws {
        let (tokens, subject) = (try tokens(), try subject())
        for (size, count) in [
            (Int32(0), 50), (1, 1), (1_000, 1_000), (1_001, 1_000), (Int32.max, 1_000),
        ] {
            #expect(try tokens.page(of: subject, size: size, token: "").count == count)
        }
        let refused = #expect(throws: RPCError.self) {
            try tokens.page(of: subject, size: -1, token: "")
        }
        #expect(refused?.message == "page_size: expected 0 or more")
    }

    /// What a token that is not for a request is answered.
    private func refusal(
        _ tokens: PageTokens,
        _ subject: PageSubject,
        _ token: String
    ) -> String? {
        let error = #expect(throws: RPCError.self) {
            try tokens.page(of: subject, size: 2, token: token)
        }
        return error?.code == .invalidArgument ? error?.message : nil
    }

    private static let foreign = "page_token: it was not given for this request"

    @Test("count for the method, the tenant and the arguments that they were given for")
    func binding() throws {
        let tokens = try tokens()
        let token = try second(tokens, try subject())
        let others = [
            try subject(method: "/test.Items/Search"),
            try subject(tenant: "000000000000001"),
            try subject(tenant: nil),
            // A field that the contract does not know is an argument as well.
            PageSubject(
                method: "/test.Items/List",
                tenant: TenantID("000000000000000"),
                of: try Message<TestingV1.ListJobsRequest.View>(SharedBytes([0x78, 0x01]))
            ),
        ]
        for other in others { #expect(refusal(tokens, other, token) == Self.foreign) }
    }

    @Test("end a day, or so long as was said, after they were given")
    func expiry() throws {
        let (tokens, subject) = (try tokens(), try subject())
        let token = try second(tokens, subject)
        clock.advance(by: .milliseconds(59_999))
        #expect(try tokens.page(of: subject, size: 2, token: token).placeText == "b")
        clock.advance(by: .milliseconds(1))
        #expect(
            refusal(tokens, subject, token) == "page_token: it has expired: begin again"
        )
    }

    @Test("are signed: none is good that has been changed anywhere, or that nobody has given")
    func forgery() throws {
        let (tokens, subject) = (try tokens(), try subject())
        let token = try second(tokens, subject)
        for place in token.indices {
            var forged = token
            forged.replaceSubrange(place...place, with: token[place] == "A" ? "B" : "A")
            #expect(refusal(tokens, subject, forged) == Self.foreign, "\(place)")
        }
        for text in [
            "b", "from-2", token + "A", String(token.dropLast()), "=\(token)",
            String(repeating: "A", count: 10_000),
        ] {
            #expect(refusal(tokens, subject, text) == Self.foreign)
        }
        #expect(refusal(try self.tokens(), subject, token) == Self.foreign)
    }

    @Test("outlive the key that signed them, while it is in the ring")
    func rotation() throws {
        let (one, two) = (try #require(KeyID(1)), try #require(KeyID(2)))
        let keys = [one, two].map { ($0, AuthenticationKey(SecretBytes(randomCount: 32))) }
        let ring = Dictionary(uniqueKeysWithValues: keys)
        let subject = try subject()
        let token = try second(try tokens(try KeyRing(current: one, ring)), subject)
        let rotated = try tokens(try KeyRing(current: two, ring))
        #expect(try rotated.page(of: subject, size: 2, token: token).placeText == "b")
        let without = try tokens(try KeyRing(current: two, [two: try #require(ring[two])]))
        #expect(refusal(without, subject, token) == Self.foreign)
    }

    @Test("are signed by each service with a key of its own, all from one root")
    func derivation() throws {
        let id = try #require(KeyID(1))
        let root = try KeyRing(current: id, [id: SecretBytes(Array(0..<32))])
        let subject = try subject()
        func tokens(_ name: String) throws -> PageTokens {
            let service = try #require(ServiceName(name))
            return try self.tokens(try .pageKeys(from: root, service: service))
        }
        let token = try second(try tokens("mmm"), subject)
        #expect(try tokens("mmm").page(of: subject, size: 2, token: token).placeText == "b")
        #expect(refusal(try tokens("ingest"), subject, token) == Self.foreign)
    }
}
