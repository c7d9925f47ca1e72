import Crypto
import RPC
import Telemetry
import Tenancy
import Wire

/// Any bytes and any text are refused, or are what they say in the one form there is of it: what is
/// read writes itself as it was.
struct CredentialsTarget {
    /// The first byte of an input: whether its claims are signed with the right key.
    let bits: UInt8

    func run(_ input: RawSpan) {
        let bytes = Array(copying: input)
        check(claims: bytes)
        check(envelope: bytes)
        let text = String(decoding: bytes, as: UTF8.self)
        check(token: text)
        check(names: text)
        check(key: text)
        check(encodings: text)
        if let hash = try? PasswordHash(text) {
            precondition(hash.text == text, "a hash with two spellings")
        }
        if let ring = try? KeyRing(text: text) {
            precondition(ring.ids.contains(ring.currentID), "a ring without its key")
        }
    }

    // MARK: Contexts

    private static let key = AuthenticationKey(SecretBytes([UInt8](0..<32)))
    private static let now = UTCTimestamp(milliseconds: 1_800_000_000_000)

    private static let verifier: ContextVerifier? = {
        guard let id = KeyID(7), let gateway = ServiceName("gateway"),
            let name = ServiceName("mmm"),
            let ring = try? KeyRing(current: id, [id: key])
        else { return nil }
        return ContextVerifier(name, keys: [gateway: ring], maximumKept: 16, now: { now })
    }()

    /// Claims are refused, or are canonical; signed, they are taken if they are for us and for now.
    private func check(claims bytes: [UInt8]) {
        let claims: ContextClaims?
        do throws(AccessRefusal) {
            claims = try ContextClaims(bytes)
        } catch {
            precondition(error.code == .unauthenticated, "refused with \(error)")
            claims = nil
        }
        if let claims { precondition(claims.bytes == bytes, "claims with two forms") }
        let isSigned = bits & 1 != 0
        let code = isSigned ? Self.key.code(for: bytes.rawBytes) : [UInt8](repeating: 0, count: 32)
        let token = StrictBase64.url.encode((bytes + code).rawBytes)
        do throws(AccessRefusal) {
            let verified = try verify(token)
            precondition(isSigned && verified.context == claims?.context, "taken unsigned")
            let left = (claims?.expiry ?? 0) - Self.now.milliseconds
            precondition(left > -5_000 && left <= 65_000, "taken at another time")
        } catch {
            precondition(error.code == .unauthenticated, "refused with \(error)")
        }
    }

    private func check(token: String) {
        do throws(AccessRefusal) {
            _ = try verify(token)
            // The fuzzer has seen signed tokens: those it may send again.
        } catch {
            precondition(!error.description.contains(token) || token.count < 8, "shows a token")
        }
    }

    private func verify(_ token: String) throws(AccessRefusal) -> VerifiedContext {
        guard let verifier = Self.verifier else { preconditionFailure("no verifier") }
        return try verifier.verify(token)
    }

    // MARK: Keys and names

    private func check(key text: String) {
        if let key = try? APIKey(text) {
            precondition(key.reveal() == text, "a key with two spellings")
            precondition(!"\(key)".contains(text), "shows a key")
        }
    }

    private func check(names text: String) {
        if let id = TenantID(text) {
            precondition(id.text == text && id.schemaName.utf8.count == 17, "another id")
            precondition(TenantID(schemaName: id.schemaName) == id, "another schema")
        }
        if let slug = try? TenantSlug(text) {
            precondition(slug.text == text && slug.text.utf8.count <= 40, "another slug")
        }
        if let name = ServiceName(text) { precondition(name.text == text, "another service") }
        if let actor = Actor(text: text) {
            precondition(actor.description == text, "an actor with two spellings")
        }
        if let scopes = ScopeSet(text: text) {
            precondition(scopes.text == text, "scopes with two spellings")
            precondition(ScopeSet(scopes.scopes) == scopes, "scopes out of order")
        }
        if let name = SecretName(text) { precondition(name.text == text, "another name") }
    }

    // MARK: Bytes

    private func check(encodings text: String) {
        if let bytes = Hexadecimal.decode(text) {
            precondition(Hexadecimal.encode(bytes.rawBytes) == text, "two spellings in base 16")
        }
        for alphabet in [StrictBase64.url, StrictBase64.standard] {
            if let bytes = alphabet.decode(text) {
                precondition(alphabet.encode(bytes.rawBytes) == text, "two spellings in base 64")
            }
        }
        if let bytes = Base62.decode(text, count: 12) {
            precondition(Base62.encode(bytes.rawBytes) == text, "two spellings in base 62")
        }
    }

    private func check(envelope bytes: [UInt8]) {
        if let envelope = try? Envelope(bytes) {
            precondition(envelope.bytes == bytes, "an envelope with two forms")
        }
    }
}
