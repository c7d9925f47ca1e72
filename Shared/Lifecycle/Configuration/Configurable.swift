/// A configuration, or a part of one: a type that asks a reader for its values.
///
///     struct IngestConfiguration: Configurable {
///         /// Where requests come in.
///         let listenAddress: SocketAddress
///         /// How long a batch may wait.
///         let flushInterval: Duration
///
///         init(from reader: inout ConfigurationReader) {
///             listenAddress = reader.value(
///                 "listen_address", .socketAddress, defaultText: "127.0.0.1:8081",
///                 "Where requests come in.")
///             flushInterval = reader.value(
///                 "flush_interval", .duration(in: .milliseconds(1) ... .seconds(1)),
///                 default: .milliseconds(10), "How long a batch may wait.")
///         }
///     }
///
/// `listen_address` stands so in the file, and is `SEXTANT_LISTEN_ADDRESS` in the environment.
public protocol Configurable: Sendable {
    /// Asks for every value, always in the same way.
    init(from reader: inout ConfigurationReader)
}

extension Configurable {
    /// Reads a configuration.
    ///
    /// Files are read, which blocks: it is for the start of a program.
    ///
    /// - Parameter sources: what to read.
    /// - Returns: the configuration, and where each value comes from.
    /// - Throws: ``ConfigurationError``, which names everything that is wrong.
    public static func load(
        from sources: ConfigurationSources
    ) throws(ConfigurationError) -> LoadedConfiguration<Self> {
        var reader = ConfigurationReader(sources)
        let value = Self(from: &reader)
        return LoadedConfiguration(value: value, settings: try reader.finish())
    }

    /// What can be configured, for `--help`: each key with its variable, meaning, form and default.
    ///
    /// - Parameter prefix: what the names of variables begin with.
    /// - Returns: the text, without a newline at its end.
    public static func describe(prefix: String = "SEXTANT_") -> String {
        let nothing = ConfigurationSources(prefix: prefix, environment: [:], file: nil as String?)
        var reader = ConfigurationReader(nothing)
        _ = Self(from: &reader)
        let head = """
            \(prefix)\(ConfigurationSources.fileKey) may name a file of lines `key = value`; \
            # begins a comment.
            A variable wins over the file, and an empty one counts as none.
            """
        return ([head] + reader.settings.map(\.help)).joined(separator: "\n\n")
    }
}

/// A configuration with nothing wrong.
public struct LoadedConfiguration<Value: Configurable>: Sendable {
    /// The configuration.
    public let value: Value

    let settings: [ConfigurationSetting]

    /// What holds and where it comes from, a line for each key, for the log of the start; secrets
    /// are masked.
    public func describeEffective() -> String {
        settings.map(\.line).joined(separator: "\n")
    }
}
