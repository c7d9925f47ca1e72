internal import COpenSSL
internal import Glibc

/// The owner of OpenSSL's `SSL_CTX`, set up from a configuration and not changed afterwards.
@safe
final class OpenSSLContext: @unchecked Sendable {
    // `@unchecked`: only the initialiser changes the context, and OpenSSL itself locks what the
    // sessions share of it (its reference count and the keys of tickets).
    let handle: OpaquePointer

    /// Held here because OpenSSL keeps a pointer to it.
    private let protocols: ApplicationProtocols

    init(_ configuration: TLSConfiguration) throws(TLSError) {
        protocols = try ApplicationProtocols(configuration.applicationProtocols)
        OpenSSLError.clearQueue()
        let isServer = if case .server = configuration { true } else { false }
        // Both methods are constants of OpenSSL's; the context is freed by `deinit`.
        let made = unsafe SSL_CTX_new(isServer ? TLS_server_method() : TLS_client_method())
        guard let handle = unsafe made else { throw Self.refused("a context") }
        unsafe self.handle = handle

        try restrict(to: configuration.versions)
        if let identity = configuration.identity { try present(identity) }
        switch configuration {
        case .server(let server): try serve(server)
        case .client(let client): try trust(client.trust)
        }
        guard !protocols.names.isEmpty else { return }
        if isServer {
            unsafe protocols.select(in: handle)
        } else if unsafe !protocols.offer(in: handle) {
            throw Self.refused("the application protocols")
        }
    }

    deinit {
        unsafe SSL_CTX_free(handle)
    }

    /// When the first certificate of our chain expires, in seconds since 1970.
    var notAfterUnixSeconds: Int64? {
        // The certificates belong to the context, which outlives this function.
        guard let own = unsafe SSL_CTX_get0_certificate(handle) else { return nil }
        var earliest = unsafe Self.notAfterUnixSeconds(of: own)
        var index: Int32 = 0
        while let certificate = unsafe shim_SSL_CTX_chain_certificate(handle, index) {
            if let end = unsafe Self.notAfterUnixSeconds(of: certificate) {
                earliest = Swift.min(earliest ?? end, end)
            }
            index += 1
        }
        return earliest
    }

    @unsafe
    private static func notAfterUnixSeconds(of certificate: OpaquePointer) -> Int64? {
        var calendar = unsafe tm()
        // The time belongs to the certificate; both calls write only to `calendar`.
        guard unsafe ASN1_TIME_to_tm(X509_get0_notAfter(certificate), &calendar) == 1 else {
            return nil
        }
        return Int64(unsafe timegm(&calendar))
    }

    // MARK: - Setting up

    /// Lets only what HTTP/2 allows be negotiated, and says how the sessions use memory.
    private func restrict(to versions: ClosedRange<TLSVersion>) throws(TLSError) {
        OpenSSLError.clearQueue()
        // Each call copies what it is given.
        unsafe SSL_CTX_set_security_level(handle, 2)
        guard unsafe shim_SSL_CTX_set_min_proto_version(handle, versions.lowerBound.rawValue) == 1,
            unsafe shim_SSL_CTX_set_max_proto_version(handle, versions.upperBound.rawValue) == 1
        else { throw Self.refused("the versions") }
        guard unsafe SSL_CTX_set_cipher_list(handle, Self.suites.joined(separator: ":")) == 1
        else { throw Self.refused("the cipher suites") }
        guard unsafe shim_SSL_CTX_set1_groups_list(handle, "X25519:P-256:P-384") == 1
        else { throw Self.refused("the groups") }

        unsafe SSL_CTX_set_options(
            handle,
            shim_SSL_OP_NO_COMPRESSION | shim_SSL_OP_NO_RENEGOTIATION
                | shim_SSL_OP_CIPHER_SERVER_PREFERENCE
        )
        // Idle sessions give their record buffers back, and a write that had to wait for the peer
        // may be repeated from another address.
        unsafe shim_SSL_CTX_set_mode(
            handle,
            Int(SSL_MODE_RELEASE_BUFFERS) | Int(SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER)
        )
        // Tickets keep the state of a session at the client; without them nothing is resumed.
        unsafe shim_SSL_CTX_set_session_cache_mode(handle, Int(SSL_SESS_CACHE_OFF))
        unsafe SSL_CTX_set_max_early_data(handle, 0)
        unsafe SSL_CTX_set_recv_max_early_data(handle, 0)
        // OpenSSL would otherwise ask for a passphrase on the terminal.
        unsafe SSL_CTX_set_default_passwd_cb(handle, refusePassphrase)
    }

    /// The suites of TLS 1.2; those of 1.3 are all good.
    private static let suites = [
        "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256",
        "ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384",
        "ECDHE-ECDSA-CHACHA20-POLY1305", "ECDHE-RSA-CHACHA20-POLY1305",
    ]

    /// Reads our certificate chain and key, and checks that they belong together.
    private func present(_ identity: TLSConfiguration.Identity) throws(TLSError) {
        OpenSSLError.clearQueue()
        let chain = identity.certificateChainFile
        guard unsafe SSL_CTX_use_certificate_chain_file(handle, chain) == 1 else {
            throw Self.problem(of: chain, expected: "certificate")
        }
        var isEncrypted = false
        let key = identity.privateKeyFile
        // The callback gets a pointer to `isEncrypted`, and only while the file is read.
        let status = unsafe withUnsafeMutablePointer(to: &isEncrypted) { flag in
            unsafe SSL_CTX_set_default_passwd_cb_userdata(handle, flag)
            defer { unsafe SSL_CTX_set_default_passwd_cb_userdata(handle, nil) }
            return unsafe SSL_CTX_use_PrivateKey_file(handle, key, SSL_FILETYPE_PEM)
        }
        if isEncrypted {
            throw .configuration(file: key, reason: "the private key is encrypted")
        }
        let mismatch = TLSError.configuration(
            file: key,
            reason: "the private key is not that of the certificate in \(chain)"
        )
        guard status == 1 else {
            let errors = OpenSSLError.takeQueue()
            if errors.contain(X509_R_KEY_VALUES_MISMATCH, of: ERR_LIB_X509) { throw mismatch }
            throw Self.problem(of: key, expected: "private key", errors)
        }
        guard unsafe SSL_CTX_check_private_key(handle) == 1 else { throw mismatch }
    }

    private func serve(_ server: TLSConfiguration.Server) throws(TLSError) {
        // Tickets of mutual TLS need a name for the application that issued them.
        let name = Array("sextant".utf8)
        guard unsafe SSL_CTX_set_session_id_context(handle, name, UInt32(name.count)) == 1 else {
            throw Self.refused("the session context")
        }
        guard case .required(let file) = server.clientAuthentication else { return }
        try loadAuthorities(file)
        // The clients are told whose certificates count; the context takes the list over.
        guard let names = unsafe SSL_load_client_CA_file(file) else {
            throw Self.problem(of: file, expected: "certificate")
        }
        unsafe SSL_CTX_set_client_CA_list(handle, names)
        unsafe SSL_CTX_set_verify(
            handle,
            SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT,
            nil
        )
    }

    private func trust(_ trust: TLSConfiguration.Trust) throws(TLSError) {
        switch trust {
        case .authorities(let file):
            try loadAuthorities(file)
        case .system:
            OpenSSLError.clearQueue()
            guard unsafe SSL_CTX_set_default_verify_paths(handle) == 1 else {
                throw Self.refused("the system's authorities")
            }
        }
        unsafe SSL_CTX_set_verify(handle, SSL_VERIFY_PEER, nil)
    }

    private func loadAuthorities(_ file: String) throws(TLSError) {
        OpenSSLError.clearQueue()
        guard unsafe SSL_CTX_load_verify_file(handle, file) == 1 else {
            throw Self.problem(of: file, expected: "certificate")
        }
    }

    // MARK: - Errors

    /// OpenSSL would not take a setting.
    private static func refused(_ setting: String) -> TLSError {
        let reason = OpenSSLError.takeQueue().reason
        return .configuration(file: nil, reason: "OpenSSL refuses \(setting): \(reason)")
    }

    /// What is wrong with a file that did not yield what was expected.
    private static func problem(
        of file: String,
        expected: String,
        _ errors: [OpenSSLError] = OpenSSLError.takeQueue()
    ) -> TLSError {
        if let first = errors.first, first.library == ERR_LIB_SYS {
            return .configuration(file: file, reason: "cannot be read: \(first.text)")
        }
        if errors.contain(PEM_R_NO_START_LINE, of: ERR_LIB_PEM)
            || errors.contain(X509_R_NO_CERTIFICATE_OR_CRL_FOUND, of: ERR_LIB_X509)
        {
            return .configuration(file: file, reason: "holds no \(expected) in PEM form")
        }
        // So it says of a key that is damaged, or none.
        if errors.contain(Int32(ERR_R_UNSUPPORTED), of: ERR_LIB_OSSL_DECODER) {
            return .configuration(file: file, reason: "holds no usable \(expected) in PEM form")
        }
        return .configuration(
            file: file,
            reason: "the \(expected) cannot be used: \(errors.reason)"
        )
    }
}

/// Called by OpenSSL for the passphrase of a key; the user pointer, if any, is a `Bool` to set.
private func refusePassphrase(
    _: UnsafeMutablePointer<CChar>?,
    _: Int32,
    _: Int32,
    _ user: UnsafeMutableRawPointer?
) -> Int32 {
    unsafe user?.storeBytes(of: true, as: Bool.self)
    return -1
}
