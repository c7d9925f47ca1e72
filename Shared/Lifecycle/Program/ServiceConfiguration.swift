internal import HTTP2
public import Net
public import RPC
public import Telemetry

/// What every service of ours can be told: where it listens, what it may cost, and what it tells of
/// itself.
public struct ServiceConfiguration: Configurable {
    /// Where calls come in.
    public let listenAddress: SocketAddress
    /// What the service has in common with all others of its process.
    public let process: ProcessConfiguration
    /// The certificates and whom they are shown to; nil for plain text.
    public let tls: TLSConfiguration.Server?
    /// What callers may cost.
    public let limits: ServiceLimits
    /// Records that matter less are not logged.
    public let logLevel: LogLevel
    /// Whether programs may ask what is served.
    public let hasReflection: Bool

    /// What traces and metrics call this process of the service.
    public var instance: String { process.instance }

    /// Reads all keys, those of a process of its own among them.
    public init(from reader: inout ConfigurationReader) {
        self.init(from: &reader) { ProcessConfiguration(from: &$0) }
    }

    /// Reads the keys of a service that shares its process with others.
    ///
    /// - Parameters:
    ///   - reader: what is configured.
    ///   - process: what is settled for all of them.
    init(from reader: inout ConfigurationReader, in process: ProcessConfiguration) {
        self.init(from: &reader) { _ in process }
    }

    private init(
        from reader: inout ConfigurationReader,
        _ process: (inout ConfigurationReader) -> ProcessConfiguration
    ) {
        listenAddress = reader.value(
            "listen_address",
            .socketAddress,
            defaultText: "127.0.0.1:50051",
            "Where calls of gRPC come in; port 0 lets the system choose."
        )
        self.process = process(&reader)
        tls = reader.section("tls", ServiceTLS.self).server
        limits = reader.section("limit")
        logLevel = reader.value(
            "log_level",
            .logLevel,
            default: .info,
            "Records that matter less are not logged."
        )
        hasReflection = reader.value(
            "reflection",
            .boolean,
            default: true,
            "Whether programs may ask what is served, by gRPC's reflection."
        )
    }
}

/// What the callers of a service may cost.
public struct ServiceLimits: Configurable {
    /// How many bytes messages may have.
    public let messages: MessageLimits
    /// How many connections may be open.
    public let connections: Int
    /// How many calls a connection may have open.
    public let callsPerConnection: Int
    /// How many calls of a connection may be cancelled, and how many refused for their fields, in
    /// ten seconds.
    public let faultsPerConnection: Int
    /// How many bytes of messages that have come may be held at a time.
    public let bodyMemory: Int

    /// Reads all keys.
    public init(from reader: inout ConfigurationReader) {
        var messages = MessageLimits()
        messages.request = reader.value(
            "request",
            .bytes(in: 1_024...(1 << 30)),
            default: messages.request,
            "The largest message that is taken."
        )
        messages.response = reader.value(
            "response",
            .bytes(in: 1_024...(1 << 30)),
            default: messages.response,
            "The largest message that is sent."
        )
        self.messages = messages
        connections = reader.value(
            "connections",
            .integer(in: 1...1_000_000),
            default: 10_000,
            "How many connections may be open; others are turned away."
        )
        callsPerConnection = reader.value(
            "calls_per_connection",
            .integer(in: 1...1_000_000),
            default: 1_000,
            "How many calls a connection may have open; others are refused."
        )
        // A limit for strangers would have one of them end the calls of all who come by the same
        // proxy.
        faultsPerConnection = reader.value(
            "faults_per_connection",
            .integer(in: 1...1_000_000_000),
            default: 10_000,
            "How many calls of a connection may be cancelled, and how many refused for their "
                + "fields, in ten seconds; more end it."
        )
        bodyMemory = reader.value(
            "body_memory",
            .bytes(in: (1 << 20)...(1 << 40)),
            default: 256 << 20,
            "The memory of all messages that have come and are not read yet."
        )
    }
}

/// The certificates of a service.
private struct ServiceTLS: Configurable {
    let server: TLSConfiguration.Server?

    init(from reader: inout ConfigurationReader) {
        let chain = reader.optional(
            "certificate_file",
            .string(),
            "The service's certificate and its authorities' in PEM; without it calls are plain."
        )
        let key = reader.optional("key_file", .string(), "The certificate's private key in PEM.")
        let authorities = reader.optional(
            "client_authorities_file",
            .string(),
            "The authorities in PEM that must vouch for callers; without it none is asked for."
        )
        if chain == nil, key != nil {
            reader.refuse("key_file", "there is no certificate_file for it")
        }
        if chain != nil, key == nil {
            reader.refuse("certificate_file", "there is no key_file for it")
        }
        if chain == nil, authorities != nil {
            reader.refuse("client_authorities_file", "there is no certificate_file beside it")
        }
        guard let chain, let key else {
            server = nil
            return
        }
        server = TLSConfiguration.Server(
            identity: .init(certificateChainFile: chain, privateKeyFile: key),
            clientAuthentication: authorities.map { .required(authoritiesFile: $0) } ?? .none
        )
    }
}

extension ConfigurationForm<LogLevel> {
    /// How much a log record must matter.
    public static var logLevel: Self {
        Self(
            expecting: "one of " + LogLevel.allCases.map(\.text).joined(separator: ", "),
            placeholder: .info,
            reading: { LogLevel($0) },
            printing: { $0.text }
        )
    }
}
