/// How one side of secure connections is set up; see ``TLSContext``.
///
/// What is not here is fixed: at least TLS 1.2, of which only the ephemeral, authenticated suites
/// that HTTP/2 allows (RFC 9113 §9.2.2); no compression, renegotiation or early data; the security
/// level 2 of OpenSSL (RSA of 2048 bits or more, no SHA-1). Servers issue session tickets, whose
/// keys OpenSSL draws anew for each context and keeps for as long as that lives: they rotate when a
/// ``ReloadableTLSContext`` reloads.
public enum TLSConfiguration: Equatable, Sendable {
    /// The side that accepts connections.
    case server(Server)
    /// The side that opens connections.
    case client(Client)

    /// A certificate and its key, both PEM.
    public struct Identity: Equatable, Sendable {
        /// The file of the certificate followed by its intermediate authorities, in order.
        public var certificateChainFile: String
        /// The file of the certificate's private key, not encrypted.
        public var privateKeyFile: String

        /// Names the two files, which may be one and the same.
        public init(certificateChainFile: String, privateKeyFile: String) {
            self.certificateChainFile = certificateChainFile
            self.privateKeyFile = privateKeyFile
        }
    }

    /// What a server wants to know of its clients.
    public enum ClientAuthentication: Equatable, Sendable {
        /// Clients are not asked for a certificate.
        case none
        /// Mutual TLS: every client must have a certificate that an authority of this PEM file
        /// vouches for.
        case required(authoritiesFile: String)
    }

    /// Whom a client trusts to vouch for servers.
    public enum Trust: Equatable, Sendable {
        /// The authorities of the operating system.
        case system
        /// The authorities of this PEM file and no others.
        case authorities(file: String)
    }

    /// A server's settings.
    public struct Server: Equatable, Sendable {
        /// The server's own certificate and key.
        public var identity: Identity
        /// Whether clients must have certificates.
        public var clientAuthentication: ClientAuthentication
        /// Application protocols (ALPN, RFC 7301), the most preferred first.
        ///
        /// A client that offers none of them, or no protocol at all, is refused with the alert
        /// `no_application_protocol`. Each has 1 to 255 bytes. An empty list accepts any client
        /// and agrees on no protocol.
        public var applicationProtocols: [String]
        /// The versions that may be agreed on.
        public var versions: ClosedRange<TLSVersion>

        /// Gathers a server's settings.
        public init(
            identity: Identity,
            clientAuthentication: ClientAuthentication = .none,
            applicationProtocols: [String] = ["h2"],
            versions: ClosedRange<TLSVersion> = .tls12 ... .tls13
        ) {
            self.identity = identity
            self.clientAuthentication = clientAuthentication
            self.applicationProtocols = applicationProtocols
            self.versions = versions
        }
    }

    /// A client's settings; the server's name is given for each session.
    public struct Client: Equatable, Sendable {
        /// Whom to trust.
        public var trust: Trust
        /// The client's own certificate and key, for servers that ask for them (mutual TLS).
        public var identity: Identity?
        /// Application protocols (ALPN, RFC 7301) to offer, the most preferred first.
        ///
        /// The connection fails if the server selects none of them. Each has 1 to 255 bytes. An
        /// empty list offers nothing.
        public var applicationProtocols: [String]
        /// The versions that may be agreed on.
        public var versions: ClosedRange<TLSVersion>

        /// Gathers a client's settings.
        public init(
            trust: Trust = .system,
            identity: Identity? = nil,
            applicationProtocols: [String] = ["h2"],
            versions: ClosedRange<TLSVersion> = .tls12 ... .tls13
        ) {
            self.trust = trust
            self.identity = identity
            self.applicationProtocols = applicationProtocols
            self.versions = versions
        }
    }
}

extension TLSConfiguration {
    /// The files that a context is made of, each once.
    var files: [String] {
        var files: [String] = []
        switch self {
        case .server(let server):
            files = [server.identity.certificateChainFile, server.identity.privateKeyFile]
            if case .required(let authorities) = server.clientAuthentication {
                files.append(authorities)
            }
        case .client(let client):
            if let identity = client.identity {
                files = [identity.certificateChainFile, identity.privateKeyFile]
            }
            if case .authorities(let file) = client.trust { files.append(file) }
        }
        return files.enumerated().filter { !files[..<$0.offset].contains($0.element) }
            .map(\.element)
    }

    var identity: Identity? {
        switch self {
        case .server(let server): server.identity
        case .client(let client): client.identity
        }
    }

    var applicationProtocols: [String] {
        switch self {
        case .server(let server): server.applicationProtocols
        case .client(let client): client.applicationProtocols
        }
    }

    var versions: ClosedRange<TLSVersion> {
        switch self {
        case .server(let server): server.versions
        case .client(let client): client.versions
        }
    }
}
