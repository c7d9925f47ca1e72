internal import Glibc
internal import HTTP2
public import Net
public import RPC
public import Telemetry

/// What every service of ours can be told: where it listens, what it may cost, and whom it tells of
/// itself.
public struct ServiceConfiguration: Configurable {
    /// Where calls come in.
    public let listenAddress: SocketAddress
    /// Where probes and Prometheus ask.
    public let metricsAddress: SocketAddress
    /// How many loops serve; at least 1.
    public let loops: Int
    /// The certificates and whom they are shown to; nil for plain text.
    public let tls: TLSConfiguration.Server?
    /// What callers may cost.
    public let limits: ServiceLimits
    /// Records that matter less are not logged.
    public let logLevel: LogLevel
    /// What traces and metrics call this process of the service.
    public let instance: String
    /// Where the service runs, as `production`; nil if nobody has said so.
    public let environment: String?
    /// The collector of traces; nil for none.
    public let collector: ServiceEndpoint?
    /// The part of the traces that begin here which is recorded, from 0 to 1.
    public let traceRatio: Double
    /// Whether programs may ask what is served.
    public let hasReflection: Bool
    /// How long a stop may take.
    public let lifecycle: LifecycleConfiguration

    /// Reads all keys.
    public init(from reader: inout ConfigurationReader) {
        listenAddress = reader.value(
            "listen_address",
            .socketAddress,
            defaultText: "127.0.0.1:50051",
            "Where calls of gRPC come in; port 0 lets the system choose."
        )
        metricsAddress = reader.value(
            "metrics_address",
            .socketAddress,
            defaultText: "127.0.0.1:9464",
            "Where probes ask for /livez and /readyz, and Prometheus for /metrics, by HTTP/1.1."
        )
        let loops = reader.value(
            "loops",
            .integer(in: 0...256),
            default: 0,
            "How many threads serve calls; 0 stands for one for each core."
        )
        self.loops = loops > 0 ? loops : max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
        tls = reader.section("tls", ServiceTLS.self).server
        limits = reader.section("limit")
        logLevel = reader.value(
            "log_level",
            .logLevel,
            default: .info,
            "Records that matter less are not logged."
        )
        instance =
            reader.optional(
                "instance",
                .string(bytes: 1...128),
                "What traces call this process; else the host's name and the process's number."
            ) ?? Self.processInstance
        environment = reader.optional(
            "environment",
            .string(bytes: 1...64),
            "Where the service runs, as production."
        )
        collector = reader.optional(
            "otlp_endpoint",
            .endpoint,
            "The collector that traces are sent to by OTLP/gRPC in plain text."
        )
        traceRatio = reader.value(
            "trace_ratio",
            .number(in: 0...1),
            default: 0.01,
            "The part of the traces that is recorded of those that begin here."
        )
        hasReflection = reader.value(
            "reflection",
            .boolean,
            default: true,
            "Whether programs may ask what is served, by gRPC's reflection."
        )
        lifecycle = LifecycleConfiguration(from: &reader)
    }

    /// The host's name and the number of the process.
    private static var processInstance: String {
        var name = [CChar](repeating: 0, count: 256)
        // It writes no more than the array has; the last byte stays zero.
        let code = unsafe gethostname(&name, name.count - 1)
        let bytes = name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
        let host = code == 0 ? String(decoding: bytes, as: UTF8.self) : "host"
        return "\(host)-\(getpid())"
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
