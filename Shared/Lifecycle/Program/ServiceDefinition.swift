/// A service before it runs: what it is called, what it can be told, and what it is made of.
///
/// A library of a service has one; a program of its own runs it as ``ServiceProgram``, and a
/// process that has several as a ``ServiceGroup``.
public struct ServiceDefinition<Configuration: Configurable>: Sendable {
    /// The service, as `ingest`.
    public let name: String
    let build: @Sendable (ServiceParts<Configuration>) throws -> ServiceContent

    /// Describes a service.
    ///
    /// - Parameters:
    ///   - name: what it is called, as `ingest`.
    ///   - configuration: the service's own.
    ///   - build: makes what the service consists of; it does not wait for anything.
    public init(
        _ name: String,
        configuration: Configuration.Type = Configuration.self,
        _ build: @escaping @Sendable (ServiceParts<Configuration>) throws -> ServiceContent
    ) {
        self.name = name
        self.build = build
    }
}
