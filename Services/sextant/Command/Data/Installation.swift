internal import Lifecycle
internal import Net

/// What was chosen for an installation when it came up: the ports that it listens on, and where the
/// pages are that show its API.
struct Installation: Configurable, Equatable {
    /// The address that the outside reaches; loopback unless someone has asked for another.
    var host: String
    /// Where HTTP/1.1 and HTTP/2 come in, if there is an edge.
    var edgePort: UInt16
    /// Where HTTP/2 without TLS comes in.
    var gatewayPort: UInt16
    /// Where metrics are told.
    var metricsPort: UInt16
    /// The folder of Swagger UI; nil for no pages.
    var documentation: String?

    /// Which installation API keys are for, as their second part says.
    static let keyEnvironment = "local"

    /// Where ports are looked for first.
    static let preferred = Installation(
        host: "127.0.0.1",
        edgePort: 8_080,
        gatewayPort: 50_051,
        metricsPort: 9_464
    )

    private init(host: String, edgePort: UInt16, gatewayPort: UInt16, metricsPort: UInt16) {
        self.host = host
        self.edgePort = edgePort
        self.gatewayPort = gatewayPort
        self.metricsPort = metricsPort
    }

    /// Reads all keys.
    init(from reader: inout ConfigurationReader) {
        let preferred = Self.preferred
        host = reader.value(
            "host",
            .string(bytes: 1...45),
            default: preferred.host,
            "The address that the outside reaches."
        )
        func port(_ key: String, _ value: UInt16, _ sentence: String) -> UInt16 {
            UInt16(reader.value(key, .integer(in: 1...65_535), default: Int(value), sentence))
        }
        edgePort = port("edge_port", preferred.edgePort, "Where HTTP/1.1 and HTTP/2 come in.")
        gatewayPort = port("gateway_port", preferred.gatewayPort, "Where plain HTTP/2 comes in.")
        metricsPort = port("metrics_port", preferred.metricsPort, "Where metrics are told.")
        documentation = reader.optional(
            "documentation",
            .string(),
            "The folder of Swagger UI, which shows the API at /docs."
        )
    }

    /// What was chosen; nil if nothing has been.
    ///
    /// - Parameter folder: of the installation.
    /// - Returns: nil also if `up` has never run.
    /// - Throws: ``CommandFailure`` naming all that is wrong with the file.
    static func load(_ folder: DataFolder) throws(CommandFailure) -> Installation? {
        guard folder.exists else { return nil }
        do throws(ConfigurationError) {
            let sources = ConfigurationSources(environment: [:], file: folder.installationFile)
            return try Installation.load(from: sources).value
        } catch {
            throw CommandFailure(
                what: "\(folder.installationFile) cannot be used",
                cause: "\(error)",
                next: "rm \(folder.installationFile) && sextant up --data \(folder.path)"
            )
        }
    }

    /// Keeps what was chosen.
    func save(_ folder: DataFolder) throws(SystemError) {
        let text = """
            # Written by `sextant up`.
            host = \(host)
            edge_port = \(edgePort)
            gateway_port = \(gatewayPort)
            metrics_port = \(metricsPort)
            \(documentation.map { "documentation = \($0)\n" } ?? "")
            """
        try FileSystem.write(folder.installationFile, text, mode: 0o600)
    }

    /// The address of a port.
    func address(port: UInt16) -> String {
        host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
    }
}
