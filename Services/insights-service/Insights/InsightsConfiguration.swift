public import Lifecycle
public import Platform

/// What the service can be told, beside what every service can.
public struct InsightsConfiguration: Configurable {
    /// The platform's database and keys, and how many jobs are done.
    public let place: TenantServiceConfiguration

    /// Reads all keys.
    public init(from reader: inout ConfigurationReader) {
        place = TenantServiceConfiguration(from: &reader)
    }
}
