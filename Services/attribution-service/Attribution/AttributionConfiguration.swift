public import Lifecycle
public import Platform

/// What the service can be told, beside what every service can.
public struct AttributionConfiguration: Configurable {
    /// The platform's database and keys, and how many jobs are done.
    public let place: TenantServiceConfiguration
    /// Where ingest is; nil if nobody has said.
    public let ingest: ServiceEndpoint?

    /// Reads all keys.
    public init(from reader: inout ConfigurationReader) {
        place = TenantServiceConfiguration(from: &reader)
        ingest = reader.optional(
            "ingest_endpoint",
            .endpoint,
            "Where the ingest service is; without it runs do not say how good their data are."
        )
    }
}
