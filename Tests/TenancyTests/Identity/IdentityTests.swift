import TestKit
import Testing

@testable import Tenancy

@Suite("Tenants and those who act for them")
struct IdentityTests {
    @Test("have random ids, and names in the database that follow from them alone")
    func ids() throws {
        var generator = SeededGenerator(seed: 1)
        var same = SeededGenerator(seed: 1)
        var seen: Set<TenantID> = []
        for _ in 0..<1_000 {
            let id = TenantID.random(using: &generator)
            #expect(TenantID.random(using: &same) == id)
            #expect(TenantID(id.text) == id && TenantID(schemaName: id.schemaName) == id)
            // The form that the isolation rules ask for, well below the 63 bytes of a name.
            #expect(id.schemaName.wholeMatch(of: /t_[0-9a-z]{15}/) != nil)
            #expect(id.roleName == id.schemaName)
            seen.insert(id)
        }
        #expect(seen.count == 1_000)
        let digits = Set(seen.map(\.text).joined())
        #expect(String(digits.sorted()) == "0123456789abcdefghjkmnpqrstvwxyz")
    }

    @Test(
        "have no other ids",
        arguments: [
            "", "7f3k9q2m0c5xw8", "7f3k9q2m0c5xw8rr", "7F3K9Q2M0C5XW8R", "7f3k9q2m0c5xw8i",
            "7f3k9q2m0c5xw8l", "7f3k9q2m0c5xw8o", "7f3k9q2m0c5xw8u", "7f3k9q2m0c5xw-r",
            "7f3k9q2m0c5xw8\0", "7f3k9q2m0c5xwé", "7f3k9q2m0c5xw8 ", "\";drop schema--",
            "../../../../etc", "7f3k9q2m0c5xw８",
        ]
    )
    func otherIDs(text: String) {
        #expect(TenantID(text) == nil)
        #expect(TenantID(schemaName: "t_" + text) == nil)
        #expect(TenantID(schemaName: text) == nil)
    }

    @Test(
        "are called by DNS labels",
        arguments: ["abc", "acme-shoes", "a1b", "a-1", String(repeating: "a", count: 40)]
    )
    func slugs(text: String) throws {
        #expect(try TenantSlug(text).text == text)
    }

    @Test(
        "are called by nothing else",
        arguments: [
            ("", .length), ("ab", .length), (String(repeating: "a", count: 41), .length),
            ("Acme", .characters), ("ac_me", .characters), ("ac me", .characters),
            ("acmé", .characters), ("аcme", .characters), ("ac.me", .characters),
            ("../ac", .characters), ("acme\n", .characters), ("1acme", .ends), ("-acme", .ends),
            ("acme-", .ends), ("xn--acme", .hyphens), ("a--b", .hyphens), ("admin", .reserved),
            ("api", .reserved), ("console", .reserved), ("www", .reserved), ("sextant", .reserved),
        ] as [(String, TenantSlug.Fault)]
    )
    func otherSlugs(text: String, fault: TenantSlug.Fault) {
        #expect(throws: fault) { try TenantSlug(text) }
    }

    @Test("reserve only names that could be slugs")
    func reserved() {
        for name in TenantSlug.reserved {
            #expect(throws: TenantSlug.Fault.reserved, "\(name)") { try TenantSlug(name) }
        }
        let words = TenantSlug.Fault.allCases.map { "\($0)" }
        #expect(Set(words).count == words.count)
    }

    @Test("are served by services with plain names")
    func services() {
        for text in ["a", "mmm", "ingest-2", String(repeating: "a", count: 32)] {
            #expect(ServiceName(text)?.text == text)
        }
        for text in ["", "Mmm", "2mm", "-a", "a_b", "a\0b", String(repeating: "a", count: 33)] {
            #expect(ServiceName(text) == nil)
        }
    }

    @Test("are acted for by keys, people, jobs and services")
    func actors() {
        for text in ["key:0aZ", "user:42", "job:7.2-b_c", "service:mmm"] {
            #expect(Actor(text: text)?.description == text)
        }
        for text in [
            "", "user", "user:", ":42", "root:1", "User:1", "user:a b", "user:a:b", "user:é",
            "user:" + String(repeating: "a", count: 65),
        ] {
            #expect(Actor(text: text) == nil)
        }
        #expect(Actor(.user, "a/b") == nil)
    }
}

@Suite("Scopes")
struct ScopeTests {
    @Test("are words about something and what may be done with it")
    func forms() {
        for text in ["events:write", "books:read", "a:b", "mix-models.v2:train_all"] {
            #expect(Scope(text)?.text == text)
        }
        for text in [
            "", ":", "a:", ":a", "a", "a:b:c", "A:b", "a:B", "1a:b", "a:1", "a b:c", "a:*", "*:*",
            "a:b ", "é:a", String(repeating: "a", count: 47) + ":b",
        ] {
            #expect(Scope(text) == nil)
        }
    }

    @Test("of a set are in order, each once, and have one text")
    func sets() throws {
        let names = ["events:write", "books:read", "events:write", "books:write"]
        let scopes = names.compactMap { Scope($0) }
        let set = try #require(ScopeSet(scopes))
        #expect(set.text == "books:read books:write events:write")
        #expect(ScopeSet(text: set.text) == set)
        #expect(ScopeSet(text: "") == ScopeSet.none)
        for text in [
            " ", "books:read ", " books:read", "books:read  events:write",
            "events:write books:read", "books:read books:read", "books",
        ] {
            #expect(ScopeSet(text: text) == nil)
        }
        let many = (0..<33).compactMap { Scope("a:a\($0)") }
        #expect(many.count == 33 && ScopeSet(many) == nil)
        #expect(ScopeSet(text: many.map(\.text).sorted().joined(separator: " ")) == nil)
        #expect(ScopeSet(many[..<32])?.scopes.count == 32)
    }

    @Test("are all held or one is missing; none implies another")
    func holding() throws {
        let set = try #require(ScopeSet(text: "books:read shelves:read"))
        #expect(set.firstMissing(of: []) == nil)
        #expect(set.firstMissing(of: ["books:read"]) == nil)
        #expect(set.firstMissing(of: ["shelves:read", "books:read"]) == nil)
        #expect(set.firstMissing(of: ["books:write", "shelves:read"]) == "books:write")
        #expect(ScopeSet.none.firstMissing(of: ["books:read"]) == "books:read")
        let other = try #require(ScopeSet(text: "books:read books:write"))
        #expect(set.intersection(other).text == "books:read")
    }
}
