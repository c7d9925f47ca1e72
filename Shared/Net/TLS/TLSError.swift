/// Why a secure connection, or the preparation of one, failed.
///
/// The texts are for logs: they may name files, and are not for the peer.
public enum TLSError: Error, Equatable {
    /// The configuration cannot be used: the file at fault, if it is one's, and what is wrong.
    case configuration(file: String?, reason: String)

    /// The peer ended the connection with a fatal alert: its number and name as registered with
    /// IANA, as 42 and `bad_certificate`.
    case peerAlert(code: UInt8, name: String)

    /// We do not trust the peer's certificate, or it gave none though it had to.
    ///
    /// `code` is the X.509 reason by OpenSSL's numbers (`X509_V_ERR_…`), 0 where there is no
    /// certificate; `reason` says it in words.
    case peerNotTrusted(code: Int32, reason: String)

    /// The peer shares none of the application protocols that we speak, which are listed.
    case noSharedProtocol(ours: [String])

    /// The peer broke the protocol or a bound of ours, or speaks something else altogether.
    case protocolViolation(reason: String)

    /// Something was sent before the session was ready or after it was finished: our own mistake.
    case cannotSend(reason: String)
}

extension TLSError: CustomStringConvertible {
    /// One sentence for the log.
    public var description: String {
        switch self {
        case .configuration(let file?, let reason): "TLS configuration: \(file): \(reason)"
        case .configuration(nil, let reason): "TLS configuration: \(reason)"
        case .peerAlert(let code, let name): "TLS: the peer sent the fatal alert \(name) (\(code))"
        case .peerNotTrusted(_, let reason): "TLS: the peer is not trusted: \(reason)"
        case .noSharedProtocol(let ours):
            "TLS: the peer speaks none of our protocols: \(ours.joined(separator: ", "))"
        case .protocolViolation(let reason): "TLS: \(reason)"
        case .cannotSend(let reason): "TLS: cannot send: \(reason)"
        }
    }
}
