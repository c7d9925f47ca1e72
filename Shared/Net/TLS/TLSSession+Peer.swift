internal import COpenSSL

/// Who the peer is said to be, what was agreed on with it, and why it was refused.
extension TLSSession {
    /// The application protocol that was agreed on (ALPN), as `h2`; nil if none was.
    public var negotiatedProtocol: String? {
        var bytes: UnsafePointer<UInt8>?
        var count: UInt32 = 0
        // The name belongs to the session.
        unsafe SSL_get0_alpn_selected(handle, &bytes, &count)
        guard let start = unsafe bytes, count > 0 else { return nil }
        return unsafe String(
            decoding: UnsafeBufferPointer(start: start, count: Int(count)),
            as: UTF8.self
        )
    }

    /// The version that was agreed on; nil before the session is ready.
    public var protocolVersion: TLSVersion? {
        isReady ? TLSVersion(rawValue: unsafe SSL_version(handle)) : nil
    }

    /// The suite that was agreed on by its registered name, as `TLS_AES_128_GCM_SHA256`; nil before
    /// the session is ready.
    public var cipherSuite: String? {
        // Suite and name are constants of OpenSSL's.
        guard isReady, let suite = unsafe SSL_get_current_cipher(handle),
            let name = unsafe SSL_CIPHER_standard_name(suite)
        else { return nil }
        return unsafe String(cString: name)
    }

    func readPeerCertificate() -> PeerIdentity? {
        // The certificate belongs to the session.
        guard let certificate = unsafe SSL_get0_peer_certificate(handle) else { return nil }
        return unsafe PeerIdentity(certificate: certificate)
    }

    /// Has the server's certificate checked for a name or an address, and names it to the server.
    func expect(_ serverName: String) throws(TLSError) {
        guard !serverName.utf8.contains(0) else { throw Self.noServerName(serverName) }
        OpenSSLError.clearQueue()
        // The parameters belong to the session and copy what they are given.
        let parameters = unsafe SSL_get0_param(handle)
        if unsafe X509_VERIFY_PARAM_set1_ip_asc(parameters, serverName) == 1 { return }
        OpenSSLError.clearQueue()
        let name = serverName.last == "." ? String(serverName.dropLast()) : serverName
        guard Self.isHostName(name) else { throw Self.noServerName(serverName) }
        unsafe X509_VERIFY_PARAM_set_hostflags(
            parameters,
            UInt32(X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS | X509_CHECK_FLAG_NEVER_CHECK_SUBJECT)
        )
        guard unsafe X509_VERIFY_PARAM_set1_host(parameters, name, name.utf8.count) == 1,
            unsafe shim_SSL_set_tlsext_host_name(handle, name) == 1
        else {
            let reason = OpenSSLError.takeQueue().reason
            throw .configuration(file: nil, reason: "OpenSSL refuses the server name: \(reason)")
        }
    }

    private static func noServerName(_ name: String) -> TLSError {
        .configuration(
            file: nil,
            reason: "the server name \"\(name)\" is neither a host name nor an address"
        )
    }

    /// Whether a name is made of the characters of DNS names and short enough for one.
    private static func isHostName(_ name: String) -> Bool {
        (1...253).contains(name.utf8.count) && !name.hasPrefix(".")
            && name.utf8.allSatisfy { byte in
                switch byte {
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                    UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
                    UInt8(ascii: "_"):
                    true
                default: false
                }
            }
    }

    // MARK: - Failures

    /// What OpenSSL's last call on this session has failed of, from its queue.
    func reasonOfFailure() -> TLSError {
        let errors = OpenSSLError.takeQueue()
        // The peer's alerts are the reasons from 1,000 on.
        let alerts = Int32(SSL_AD_REASON_OFFSET)...Int32(SSL_AD_REASON_OFFSET + 255)
        if let alert = errors.first(where: {
            $0.library == ERR_LIB_SSL && alerts.contains($0.reason)
        }) {
            let code = UInt8(alert.reason - alerts.lowerBound)
            return .peerAlert(code: code, name: TLSAlert.name(of: code))
        }
        if errors.contain(SSL_R_CERTIFICATE_VERIFY_FAILED, of: ERR_LIB_SSL) {
            return reasonOfDistrust()
        }
        if errors.contain(SSL_R_PEER_DID_NOT_RETURN_A_CERTIFICATE, of: ERR_LIB_SSL) {
            return .peerNotTrusted(code: 0, reason: "it gave no certificate")
        }
        if exchange.sentAlert == TLSAlert.noApplicationProtocol {
            return .noSharedProtocol(ours: context.configuration.applicationProtocols)
        }
        if let other = otherProtocol {
            return .protocolViolation(reason: "the peer speaks \(other), not TLS")
        }
        return .protocolViolation(reason: "the peer broke the protocol: \(errors.reason)")
    }

    private func reasonOfDistrust() -> TLSError {
        let code = unsafe Int32(SSL_get_verify_result(handle))
        // A constant text for each code, "unknown" ones included.
        let words = unsafe X509_verify_cert_error_string(Int(code)).map {
            unsafe String(cString: $0)
        }
        var reason = words ?? "X.509 error \(code)"
        if code == X509_V_ERR_HOSTNAME_MISMATCH || code == X509_V_ERR_IP_ADDRESS_MISMATCH,
            let serverName
        {
            reason += ", expected \(serverName)"
        }
        return .peerNotTrusted(code: code, reason: reason)
    }

    /// What the peer's first bytes are instead of TLS.
    private var otherProtocol: String? {
        let methods = ["GET ", "HEAD", "POST", "PUT ", "DELE", "PATC", "OPTI", "CONN", "TRAC"]
        let start = String(decoding: opening, as: UTF8.self)
        if start == "PRI *" { return "HTTP/2 in the clear" }
        if start == "HTTP/" || methods.contains(where: start.hasPrefix) {
            return "HTTP/1.1 in the clear"
        }
        return nil
    }
}
