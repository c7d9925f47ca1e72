import Net

@testable import Lifecycle

/// A configuration of every form, as a service has one.
struct SampleConfiguration: Configurable {
    enum Level: String, CaseIterable {
        case debug, info, warning
    }

    let listenAddress: SocketAddress
    let workers: Int
    let share: Double
    let isVerbose: Bool
    let flushInterval: Duration
    let bodyLimit: Int
    let level: Level
    let peers: [SocketAddress]
    let region: String
    let note: String?
    let password: Secret
    let pepper: Secret?
    let lifecycle: LifecycleConfiguration

    init(from reader: inout ConfigurationReader) {
        listenAddress = reader.value(
            "listen_address",
            .socketAddress,
            defaultText: "127.0.0.1:8081",
            "Where requests come in."
        )
        workers = reader.value(
            "workers",
            .integer(in: 1...64),
            default: 4,
            "How many jobs run at once."
        )
        share = reader.value(
            "share",
            .number(in: 0...1),
            default: 0.25,
            "How much of the memory bodies may take."
        )
        isVerbose = reader.value("verbose", .boolean, default: false, "Whether to say more.")
        flushInterval = reader.value(
            "flush_interval",
            .duration(in: .milliseconds(1) ... .seconds(60)),
            default: .milliseconds(10),
            "How long a batch may wait."
        )
        bodyLimit = reader.value(
            "body_limit",
            .bytes(in: 1...(1 << 30)),
            default: 1 << 20,
            "How large a body may be."
        )
        level = reader.value("level", .choice(of: Level.self), default: .info, "What is logged.")
        peers = reader.value(
            "peers",
            .list(of: .socketAddress, count: 0...3),
            default: [],
            "Who else there is."
        )
        region = reader.required("region", .string(bytes: 1...16), "Where it runs.")
        note = reader.optional("note", .string(), "What the log begins with.")
        password = reader.secret("database_password", "What the database asks for.")
        pepper = reader.optionalSecret("pepper", "What keys are hashed with.")
        lifecycle = reader.section("lifecycle")
    }

    /// Loads from texts, with what must be given.
    static func load(
        _ environment: [String: String] = [:],
        file: String? = nil,
        isComplete: Bool = true
    ) throws(ConfigurationError) -> LoadedConfiguration<Self> {
        var all = isComplete ? ["S_REGION": "north", "S_DATABASE_PASSWORD": "hunter2"] : [:]
        all.merge(environment) { $1 }
        return try load(
            from: ConfigurationSources(
                prefix: "S_",
                environment: all,
                file: file.map { ConfigurationFile(path: "a.conf", contents: Array($0.utf8)) }
            )
        )
    }
}

extension ConfigurationForm {
    /// What a text reads as: a value, or why not.
    func result(_ text: String) -> Result<Value, ConfigurationFault> {
        do {
            return .success(try read(text))
        } catch {
            return .failure(error)
        }
    }
}
