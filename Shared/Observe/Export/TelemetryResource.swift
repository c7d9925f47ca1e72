/// The running program, as traces name it.
public struct TelemetryResource: Sendable, Equatable {
    /// The program, as `ingest`.
    public let service: String
    /// The version of the program.
    public let version: String
    /// This process of it, as no other is called.
    public let instance: String
    /// Where it runs, as `production`; nil if nobody has said so.
    public let environment: String?

    /// A program from its names.
    ///
    /// - Parameters:
    ///   - service: the program.
    ///   - version: the version of the program.
    ///   - instance: this process of it.
    ///   - environment: where it runs.
    public init(service: String, version: String, instance: String, environment: String? = nil) {
        self.service = service
        self.version = version
        self.instance = instance
        self.environment = environment
    }
}
