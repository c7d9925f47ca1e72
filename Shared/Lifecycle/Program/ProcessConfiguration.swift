internal import Glibc
public import Net

/// What a process is told, whether it has one service or several: its metrics port, its threads,
/// whom it tells of itself, and how it stops.
public struct ProcessConfiguration: Configurable {
    /// Where probes and Prometheus ask.
    public let metricsAddress: SocketAddress
    /// How many loops serve; at least 1.
    public let loops: Int
    /// What traces and metrics call this process.
    public let instance: String
    /// Where it runs, as `production`; nil if nobody has said so.
    public let environment: String?
    /// The collector of traces; nil for none.
    public let collector: ServiceEndpoint?
    /// The part of the traces that begin here which is recorded, from 0 to 1.
    public let traceRatio: Double
    /// How long a stop may take.
    public let lifecycle: LifecycleConfiguration

    /// Reads all keys.
    public init(from reader: inout ConfigurationReader) {
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
