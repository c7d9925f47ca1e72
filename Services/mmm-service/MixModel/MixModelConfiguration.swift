public import Lifecycle
public import Platform

/// What the service can be told, beside what every service can.
public struct MixModelConfiguration: Configurable {
    /// The platform's database and keys, and how many jobs are done.
    public let place: TenantServiceConfiguration
    /// Where attribution is; nil if nobody has said.
    public let attribution: ServiceEndpoint?
    /// Where ingest is; nil if nobody has said.
    public let ingest: ServiceEndpoint?

    /// Reads all keys.
    public init(from reader: inout ConfigurationReader) {
        place = TenantServiceConfiguration(from: &reader)
        attribution = reader.optional(
            "attribution_endpoint",
            .endpoint,
            "Where the attribution service is; without it panels do not say how far journeys are."
        )
        ingest = reader.optional(
            "ingest_endpoint",
            .endpoint,
            "Where the ingest service is; without it panels do not say how good their data are."
        )
    }
}
