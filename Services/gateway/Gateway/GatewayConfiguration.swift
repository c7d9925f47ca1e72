public import Lifecycle
public import Tenancy

/// What a gateway can be told, beside what every service can.
public struct GatewayConfiguration: Configurable {
    /// The largest message or body that is taken, but for streamed uploads.
    public let bodyLimit: Int
    /// Methods whose messages may be of other sizes, by their paths.
    public let bodyLimits: [String: Int]
    /// The largest upload that is streamed.
    public let uploadLimit: Int
    /// The memory that bodies of one tenant may take while they are on their way.
    public let tenantMemory: Int
    /// When a call of one message is given up whose caller sets no limit.
    public let timeout: Duration
    /// How often a tenant may call.
    public let quota: QuotaLimit
    /// How many instances share the quotas.
    public let instances: Int
    /// How often a quiet stream of events says that it lives.
    public let heartbeat: Duration
    /// From where pages may call; `*` for any.
    public let origins: [String]
    /// How answers are given again.
    let reads: ReadConfiguration
    /// The folder of Swagger UI's files; nil if `/docs` is not served.
    public let documentationFolder: String?

    /// Reads all keys.
    public init(from reader: inout ConfigurationReader) {
        bodyLimit = reader.value(
            "body_limit",
            .bytes(in: 1_024...(1 << 30)),
            default: 16 << 20,
            "The largest body or message that is taken, but for streamed uploads."
        )
        let limits = reader.value(
            "body_limits",
            .list(of: .methodLimit, count: 0...100),
            default: [],
            "Methods whose messages and bodies may be of other sizes than body_limit."
        )
        bodyLimits = Dictionary(limits.map { ($0.path, $0.bytes) }) { $1 }
        uploadLimit = reader.value(
            "upload_limit",
            .bytes(in: 1_024...(1 << 50)),
            default: 1 << 40,
            "The largest upload that is streamed."
        )
        tenantMemory = reader.value(
            "tenant_memory",
            .bytes(in: (1 << 20)...(1 << 40)),
            default: 64 << 20,
            "The memory that bodies of one tenant may take while they are on their way; at least "
                + "twice the largest body."
        )
        if tenantMemory < 2 * max(bodyLimit, limits.map(\.bytes).max() ?? 0) {
            reader.refuse("tenant_memory", "is less than twice the largest body")
        }
        timeout = reader.value(
            "call_timeout",
            .duration(in: .milliseconds(1)...(.seconds(3_600))),
            default: .seconds(30),
            "When a call is given up whose caller sets no limit; streams have none."
        )
        let calls = reader.value(
            "quota_calls",
            .integer(in: 1...1_000_000_000),
            default: 6_000,
            "How many calls a tenant may make in a window, together at all instances."
        )
        let window = reader.value(
            "quota_window",
            .duration(in: .seconds(1)...(.seconds(86_400))),
            default: .seconds(60),
            "How long a window of the quota is."
        )
        quota = QuotaLimit(calls, per: window) ?? .standard
        instances = reader.value(
            "quota_instances",
            .integer(in: 1...10_000),
            default: 1,
            "How many gateways share the quotas."
        )
        heartbeat = reader.value(
            "heartbeat",
            .duration(in: .milliseconds(10)...(.seconds(3_600))),
            default: .seconds(15),
            "How often a quiet stream of events says that it lives."
        )
        origins = reader.value(
            "cors_origins",
            .list(of: .string(bytes: 1...256), count: 1...100),
            defaultText: "*",
            "The origins of pages that may call, as https://shop.example; * for any."
        )
        reads = ReadConfiguration(from: &reader)
        documentationFolder = Self.documentationFolder(from: &reader)
    }

    private static func documentationFolder(from reader: inout ConfigurationReader) -> String? {
        reader.optional(
            "documentation_folder",
            .string(),
            "Swagger UI's files, which `deploy/install documentation` brings; else no /docs."
        )
    }
}

extension GatewayConfiguration {
    /// The largest message or body that some method takes.
    var largestBody: Int { max(bodyLimit, bodyLimits.values.max() ?? 0) }

    /// The largest message or body that a method takes.
    ///
    /// - Parameter path: the method's.
    /// - Returns: its bytes.
    func bodyLimit(of path: String) -> Int { bodyLimits[path] ?? bodyLimit }
}

extension QuotaLimit {
    /// A hundred calls a second, for a minute at once.
    fileprivate static let standard: QuotaLimit = {
        guard let limit = QuotaLimit(6_000, per: .seconds(60)) else {
            preconditionFailure("a limit within the range is one")
        }
        return limit
    }()
}
