import Crypto
import TestKit
import Testing
import Wire

@testable import Tenancy

@Suite("Signed contexts")
struct ContextTokenTests {
    private let clock = TestClock()

    private func issuer(_ keys: ContextKeys? = nil, kept: Int = 100) throws -> ContextIssuer {
        let keys = try keys ?? [Fixture.mmm: Fixture.ring(7)]
        return ContextIssuer(
            Fixture.gateway,
            keys: keys,
            maximumKept: kept,
            now: clock.timestamps
        )
    }

    private func verifier(_ keys: ContextKeys? = nil, kept: Int = 100) throws -> ContextVerifier {
        let keys = try keys ?? [Fixture.gateway: Fixture.ring(7)]
        return ContextVerifier(Fixture.mmm, keys: keys, maximumKept: kept, now: clock.timestamps)
    }

    /// Made by Python: `hmac`, `struct` and `base64.urlsafe_b64encode`, from the form that
    /// ``ContextClaims`` states.
    private static let golden =
        "AQAAAAcHZ2F0ZXdheQNtbW0AAAGjGF06YA83ZjNrOXEybTBjNXh3OHIHdXNlcjo0MgIKYm9va3M6cmVhZAti"
        + "b29rczp3cml0ZRNKQsl7dE-76yl38p3l3qfby_s8HnyZXUPnZP7RRWO-"

    @Test("are what another program makes of the same")
    func golden() throws {
        #expect(try issuer().token(for: Fixture.context(), to: Fixture.mmm) == Self.golden)
        let verified = try verifier().verify(Self.golden)
        #expect(verified.context == Fixture.context() && verified.issuer == Fixture.gateway)
        #expect(verified.tenant == Fixture.acme && verified.actor.description == "user:42")
        #expect(verified.scopes.contains(try #require(Scope("books:write"))))
    }

    @Test("count from 60 s before their end, by clocks 5 s apart, until 5 s after it")
    func time() throws {
        for kept in [100, 1] {
            for (seconds, refusal) in [
                (-5.001, .premature), (-5, nil), (0, nil), (30, nil), (60, nil), (64.999, nil),
                (65, .expired(.seconds(5))), (3_600, .expired(.seconds(3_540))),
            ] as [(Double, AccessRefusal?)] {
                let clock = TestClock()
                let keys = try [Fixture.gateway: Fixture.ring(7)]
                let verifier = ContextVerifier(
                    Fixture.mmm,
                    keys: keys,
                    maximumKept: kept,
                    now: clock.timestamps
                )
                // One that is known already is refused as well.
                if kept == 100 { _ = try verifier.verify(Self.golden) }
                clock.advance(by: .milliseconds(Int64(seconds * 1_000)))
                if let refusal {
                    #expect(throws: refusal) { try verifier.verify(Self.golden) }
                } else {
                    #expect(try verifier.verify(Self.golden).context == Fixture.context())
                }
            }
        }
    }

    @Test("do not count with any bit changed")
    func forged() throws {
        let verifier = try verifier()
        let bytes = try #require(StrictBase64.url.decode(Self.golden))
        for bit in 0..<bytes.count * 8 {
            var changed = bytes
            changed[bit / 8] ^= 1 << UInt8(bit % 8)
            let token = StrictBase64.url.encode(changed.rawBytes)
            #expect(throws: AccessRefusal.self) { try verifier.verify(token) }
        }
        // Of tenant, actor, scopes and end nothing is believed that is not signed.
        for place in [26, 40, 48, 62] {
            var changed = bytes
            changed[place] ^= 1
            let token = StrictBase64.url.encode(changed.rawBytes)
            #expect(throws: AccessRefusal.forged) { try verifier.verify(token) }
        }
        #expect(verifier.keptCount == 0)
    }

    @Test("do not count when cut, lengthened, or spelled in another way")
    func spelling() throws {
        let verifier = try verifier()
        for count in 0..<Self.golden.count {
            #expect(throws: AccessRefusal.self) {
                try verifier.verify(String(Self.golden.prefix(count)))
            }
        }
        for token in [
            Self.golden + "A", Self.golden + "=", Self.golden + " ", " " + Self.golden,
            Self.golden.replacing("-", with: "+"), Self.golden.replacing("_", with: "/"),
            Self.golden + "," + Self.golden, Self.golden + "\n", "é",
        ] {
            #expect(throws: AccessRefusal.malformed("no base64url"), "\(token)") {
                try verifier.verify(token)
            }
        }
        let long = String(repeating: "A", count: 3_073)
        #expect(throws: AccessRefusal.malformed("too long")) { try verifier.verify(long) }
        #expect(throws: AccessRefusal.malformed("too short")) { try verifier.verify("") }
    }

    @Test("count only at the service that they are for, and from those that may call it")
    func foreign() throws {
        let keys = try [Fixture.mmm: Fixture.ring(7), Fixture.ingest: Fixture.ring(7)]
        let toIngest = try issuer(keys).token(for: Fixture.context(), to: Fixture.ingest)
        #expect(throws: AccessRefusal.foreign("it is for ingest, and this is mmm")) {
            try verifier().verify(toIngest)
        }
        #expect(throws: AccessRefusal.foreign("gateway may not call mmm")) {
            try verifier([Fixture.ingest: Fixture.ring(7)]).verify(Self.golden)
        }
        #expect(throws: ContextIssuer.UnknownAudience.self) {
            try issuer().token(for: Fixture.context(), to: Fixture.ingest)
        }
    }

    @Test("of one service cannot be signed by another, with its own keys")
    func impersonation() throws {
        // `ingest` has a key for `mmm`, and writes that it is the gateway.
        let ingestKeys = try Fixture.ring(9)
        let impostor = ContextIssuer(
            Fixture.gateway,
            keys: [Fixture.mmm: ingestKeys],
            now: clock.timestamps
        )
        let token = try impostor.token(for: Fixture.context(), to: Fixture.mmm)
        let nine = ingestKeys.currentID
        let keys = try [Fixture.gateway: Fixture.ring(7), Fixture.ingest: ingestKeys]
        #expect(throws: AccessRefusal.unknownKey(nine)) { try verifier(keys).verify(token) }
        // And if the gateway had a key of the same number:
        let same = try KeyRing(current: nine, [nine: AuthenticationKey(SecretBytes([1]))])
        #expect(throws: AccessRefusal.forged) {
            try verifier([Fixture.gateway: same, Fixture.ingest: ingestKeys]).verify(token)
        }
    }

    @Test("go on counting while keys rotate, and end with their key")
    func rotation() throws {
        let verifier = try verifier([Fixture.gateway: Fixture.ring(1)])
        let issuer = try issuer([Fixture.mmm: Fixture.ring(1)])
        let old = try issuer.token(for: Fixture.context(), to: Fixture.mmm)
        #expect(try verifier.verify(old).context == Fixture.context())
        try verifier.replaceKeys([Fixture.gateway: Fixture.ring(1, 2)])
        #expect(try verifier.verify(old).context == Fixture.context())
        try issuer.replaceKeys([Fixture.mmm: Fixture.ring(2, 1)])
        let new = try issuer.token(for: Fixture.context(), to: Fixture.mmm)
        #expect(new != old)
        #expect(try verifier.verify(new).context == verifier.verify(old).context)
        try verifier.replaceKeys([Fixture.gateway: Fixture.ring(2)])
        #expect(try verifier.verify(new).context == Fixture.context())
        let one = try Fixture.ring(1).currentID
        #expect(throws: AccessRefusal.unknownKey(one)) { try verifier.verify(old) }
    }

    @Test("are used again for 30 s, by the same for the same")
    func reuse() throws {
        let issuer = try issuer()
        let first = try issuer.token(for: Fixture.context(), to: Fixture.mmm)
        clock.advance(by: .milliseconds(29_999))
        #expect(try issuer.token(for: Fixture.context(), to: Fixture.mmm) == first)
        let other = Fixture.context(Fixture.other)
        let fewer = Fixture.context(Fixture.acme, "books:read")
        #expect(try issuer.token(for: other, to: Fixture.mmm) != first)
        #expect(try issuer.token(for: fewer, to: Fixture.mmm) != first)
        clock.advance(by: .milliseconds(1))
        let second = try issuer.token(for: Fixture.context(), to: Fixture.mmm)
        #expect(second != first)
        // The first counts for those that have just sent it.
        let verifier = try verifier()
        #expect(try verifier.verify(first).context == verifier.verify(second).context)
        // A clock that is set back must not make a token last.
        clock.advance(by: .seconds(-10))
        #expect(try issuer.token(for: Fixture.context(), to: Fixture.mmm) != second)
    }

    @Test("are kept in bounded numbers, those first that still count")
    func bounds() throws {
        let issuer = try issuer(kept: 10)
        let verifier = try verifier(kept: 10)
        var generator = SeededGenerator(seed: 3)
        for round in 0..<100 {
            let context = Fixture.context(.random(using: &generator))
            let token = try issuer.token(for: context, to: Fixture.mmm)
            #expect(try verifier.verify(token).context == context)
            #expect((1...10).contains(issuer.keptCount) && (1...10).contains(verifier.keptCount))
            if round % 7 == 0 { clock.advance(by: .seconds(31)) }
        }
        // What has ended makes room before what has not.
        clock.advance(by: .seconds(100))
        let last = try issuer.token(for: Fixture.context(), to: Fixture.mmm)
        _ = try verifier.verify(last)
        #expect(try issuer.token(for: Fixture.context(), to: Fixture.mmm) == last)
    }

    @Test("of the largest kind are below the limit")
    func largest() throws {
        let scopes = (0..<32).compactMap { number in
            Scope("a:b\(number)" + String(repeating: "c", count: number < 10 ? 44 : 43))
        }
        let long = try #require(ServiceName("a" + String(repeating: "b", count: 31)))
        let context = TenantContext(
            tenant: Fixture.acme,
            actor: try #require(Actor(.service, String(repeating: "d", count: 64))),
            scopes: try #require(ScopeSet(scopes))
        )
        #expect(context.scopes.scopes.count == 32)
        let issuer = ContextIssuer(long, keys: [long: try Fixture.ring(1)], now: clock.timestamps)
        let token = try issuer.token(for: context, to: long)
        #expect(token.utf8.count < ContextToken.maximumCount)
        let verifier = ContextVerifier(
            long,
            keys: [long: try Fixture.ring(1)],
            now: clock.timestamps
        )
        #expect(try verifier.verify(token).context == context)
    }

    @Test("of pairs have keys that follow from the installation's, each its own")
    func derivedKeys() throws {
        let id = try #require(KeyID(1))
        let root = try KeyRing(current: id, [id: SecretBytes([UInt8](0..<32))])
        var codes: Set<[UInt8]> = []
        let names = ["a", "ab", "b", "ba"].compactMap { ServiceName($0) }
        for issuer in names {
            for audience in names {
                let ring = try KeyRing<AuthenticationKey>.contextKeys(
                    from: root,
                    issuer: issuer,
                    audience: audience
                )
                #expect(ring.currentID == id)
                codes.insert(ring.current.code(for: RawSpan()))
            }
        }
        #expect(codes.count == 16)
    }
}

@Suite("Claims")
struct ContextClaimsTests {
    private static func claims() throws -> ContextClaims {
        ContextClaims(
            keyID: try #require(KeyID(7)),
            issuer: Fixture.gateway,
            audience: Fixture.mmm,
            expiry: 1_800_000_060_000,
            context: Fixture.context()
        )
    }

    @Test("are read back as they were, and never from more or fewer bytes")
    func roundTrip() throws {
        let claims = try Self.claims()
        #expect(try ContextClaims(claims.bytes) == claims)
        for count in 0..<claims.bytes.count {
            #expect(throws: AccessRefusal.malformed("too short")) {
                try ContextClaims(Array(claims.bytes[..<count]))
            }
        }
        #expect(throws: AccessRefusal.malformed("bytes after the end")) {
            try ContextClaims(claims.bytes + [0])
        }
    }

    @Test("are read only from the one form there is of them", arguments: 0..<40 as Range<UInt64>)
    func canonical(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        for _ in 0..<500 {
            var bytes = try Self.claims().bytes
            for _ in 0..<generator.number(in: 1...3) {
                let place = generator.number(in: 0...bytes.count - 1)
                bytes[place] = UInt8(truncatingIfNeeded: generator.next())
            }
            if let claims = try? ContextClaims(bytes) { #expect(claims.bytes == bytes) }
        }
    }

    /// Places and values that make a claim wrong, each in its own way.
    @Test(
        "that are wrong are told by what is wrong with them",
        arguments: [
            (0, 2, "version 2"), (4, 0, "the key's id"), (6, 71, "the issuer"),
            (14, 77, "the audience"), (26, 105, "the tenant"), (42, 0x80, "a text"),
            (42, 120, "the actor"), (49, 0, "bytes after the end"), (52, 58, "the scopes"),
            (51, 122, "the scopes"), (49, 33, "too short"),
        ]
    )
    func wrong(place: Int, value: UInt8, what: String) throws {
        var bytes = try Self.claims().bytes
        bytes[place] = value
        #expect(throws: AccessRefusal.malformed(what)) { try ContextClaims(bytes) }
    }

    @Test("hold 32 scopes at most, in order, each once")
    func scopes() throws {
        let names = (10..<43).map { "a:a\($0)" }
        #expect(
            try ContextClaims(Self.bytes(scopes: Array(names[..<32]))).context.scopes
                .scopes.count == 32
        )
        #expect(throws: AccessRefusal.malformed("the number of scopes")) {
            try ContextClaims(Self.bytes(scopes: names))
        }
        for scopes in [["a:b", "a:a"], ["a:a", "a:a"], ["a"]] {
            #expect(throws: AccessRefusal.malformed("the scopes")) {
                try ContextClaims(Self.bytes(scopes: scopes))
            }
        }
    }

    private static func bytes(scopes: [String]) throws -> [UInt8] {
        // The scopes of the golden claims begin at byte 49.
        let head = Array(try claims().bytes[..<49])
        return scopes.reduce(head + [UInt8(scopes.count)]) { bytes, scope in
            bytes + [UInt8(scope.utf8.count)] + Array(scope.utf8)
        }
    }
}
