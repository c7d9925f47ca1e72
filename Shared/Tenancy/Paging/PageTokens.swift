public import Crypto
public import RPC
public import Telemetry
public import Wire

/// Makes and reads the tokens by which callers go from page to page (AIP-158).
///
/// A token says where the next page begins, and is signed: it counts for the method, the tenant and
/// all arguments but `page_size` and `page_token` of the request that it was given for, and for a
/// day. Whoever changes an argument begins again. What it says is readable by its holder: places
/// are names or ids of what the caller has been shown.
public struct PageTokens: Sendable {
    private let keys: KeyRing<AuthenticationKey>
    private let lifetime: Duration
    private let now: @Sendable () -> UTCTimestamp

    /// How many bytes a place may have.
    public static let mostPlaceBytes = 256

    /// Tokens of a service.
    ///
    /// - Parameters:
    ///   - keys: the current one signs, all check.
    ///   - lifetime: how long a token counts.
    ///   - now: the clock.
    public init(
        _ keys: KeyRing<AuthenticationKey>,
        lifetime: Duration = .seconds(86_400),
        now: @escaping @Sendable () -> UTCTimestamp = { .now }
    ) {
        self.keys = keys
        self.lifetime = lifetime
        self.now = now
    }

    /// Tokens whose keys follow from secrets that are for something else too, so that all
    /// instances of a service have the same.
    ///
    /// - Parameters:
    ///   - owner: who lists: each owner has keys of its own.
    ///   - secrets: what the keys are derived from; the ids stay theirs.
    /// - Throws: nothing that a ring of secrets can cause.
    public init(of owner: String, from secrets: KeyRing<SecretBytes>) throws(CryptoError) {
        let purpose = Array("sextant pages\0\(owner)".utf8)
        let keys = try secrets.map { secret throws(CryptoError) in
            AuthenticationKey(KeyDerivation.key(from: secret, purpose: purpose.rawBytes))
        }
        self.init(keys)
    }

    // MARK: Pages

    /// The page that a request asks for.
    ///
    /// - Parameters:
    ///   - request: the whole request.
    ///   - value: the same as a value.
    ///   - call: the call it came with.
    /// - Returns: how many entries are wanted, and after which place.
    /// - Throws: INVALID_ARGUMENT for a size below zero, and for a token that was not given for
    ///   this method, tenant and request, or too long ago.
    /// - Complexity: linear in the request.
    public func page<View: MessageView & ~Escapable>(
        of request: Message<View>,
        _ value: some PagedRequest,
        _ call: ServerCall
    ) throws(RPCError) -> Page {
        let tenant = (call.principal as? VerifiedContext)?.tenant
        let subject = PageSubject(method: call.method.path, tenant: tenant, of: request)
        return try page(of: subject, size: value.pageSize, token: value.pageToken)
    }

    func page(
        of subject: PageSubject,
        size: Int32,
        token: String
    ) throws(RPCError) -> Page {
        let count = try Page.count(ofSize: size)
        let place = token.isEmpty ? nil : try self.place(in: token, of: subject)
        return Page(count: count, place: place, tokens: self, subject: subject)
    }

    // MARK: Tokens

    /// The token of a place: a version, four bytes of the key's id, eight of the end in
    /// milliseconds since 1970, the place, and the signature of all that and the subject.
    func token(after place: [UInt8], of subject: PageSubject) -> String {
        precondition(place.count <= Self.mostPlaceBytes, "a place is a name or an id")
        var bytes = [Self.version]
        bytes.append(bigEndian: UInt64(keys.currentID.number), count: 4)
        let end = now().advanced(by: lifetime).milliseconds
        bytes.append(bigEndian: UInt64(bitPattern: end), count: 8)
        bytes += place
        let code = keys.current.code(for: (bytes + subject.digest).rawBytes)
        return StrictBase64.url.encode((bytes + code).rawBytes)
    }

    private static let version: UInt8 = 1
    private static let headCount = 13
    private static let mostCharacters =
        (headCount + mostPlaceBytes + AuthenticationKey.codeCount) * 4 / 3 + 4

    private func place(in token: String, of subject: PageSubject) throws(RPCError) -> [UInt8] {
        guard token.utf8.count <= Self.mostCharacters, let all = StrictBase64.url.decode(token),
            all.count >= Self.headCount + AuthenticationKey.codeCount, all[0] == Self.version
        else { throw Self.foreign }
        let bytes = Array(all.dropLast(AuthenticationKey.codeCount))
        let code = Array(all.suffix(AuthenticationKey.codeCount))
        let number = bytes[1..<5].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        guard let id = KeyID(number), let key = try? keys.key(id),
            key.isValid(code.rawBytes, for: (bytes + subject.digest).rawBytes)
        else { throw Self.foreign }
        let end = Int64(
            bitPattern: bytes[5..<Self.headCount].reduce(0) { $0 << 8 | UInt64($1) }
        )
        guard now().milliseconds < end else {
            throw RPCError(.invalidArgument, "page_token: it has expired: begin again")
        }
        return Array(bytes[Self.headCount...])
    }

    private static var foreign: RPCError {
        RPCError(.invalidArgument, "page_token: it was not given for this request")
    }
}

extension KeyRing where Key == AuthenticationKey {
    /// The ring by which a service signs its pages, from secrets of the whole installation.
    ///
    /// - Parameters:
    ///   - root: the secrets; the ids stay theirs.
    ///   - service: who signs.
    /// - Returns: a ring from which neither the root nor another service's can be had.
    /// - Throws: nothing that a ring of secrets can cause.
    public static func pageKeys(
        from root: KeyRing<SecretBytes>,
        service: ServiceName
    ) throws(CryptoError) -> KeyRing<AuthenticationKey> {
        let purpose = Array("sextant page tokens\0\(service)".utf8)
        return try root.map { secret throws(CryptoError) in
            AuthenticationKey(KeyDerivation.key(from: secret, purpose: purpose.rawBytes))
        }
    }

    /// A ring of one new key, for a service that is one process without secrets: its tokens end
    /// with it.
    ///
    /// - Returns: the ring.
    /// - Throws: nothing that a new key can cause.
    public static func ephemeral() throws(CryptoError) -> KeyRing<AuthenticationKey> {
        guard let id = KeyID(1) else { throw .malformed("the first key's id") }
        return try KeyRing(current: id, [id: AuthenticationKey(SecretBytes(randomCount: 32))])
    }
}
