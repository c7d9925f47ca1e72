public import Lifecycle
public import Platform

/// What the service can be told, beside what every service can.
public struct IngestConfiguration: Configurable {
    /// The platform's database and keys, and how many jobs are done.
    public let place: TenantServiceConfiguration
    /// How many bytes a tenant may have in files that were sent and not yet read.
    public let openImportBytes: Int
    /// For how many days rejected rows are kept.
    public let rejectedDays: Int

    /// What they may have if nothing is said.
    package static let standardOpenImportBytes = 64 << 30
    /// For how many days rejected rows are kept if nothing is said.
    package static let standardRejectedDays = 90

    /// Reads all keys.
    public init(from reader: inout ConfigurationReader) {
        place = TenantServiceConfiguration(from: &reader)
        openImportBytes = reader.value(
            "open_import_bytes",
            .bytes(in: (1 << 20)...(1 << 50)),
            default: Self.standardOpenImportBytes,
            "The bytes that a tenant may have in files that were sent and not yet read."
        )
        rejectedDays = reader.value(
            "rejected_days",
            .integer(in: 1...36_500),
            default: Self.standardRejectedDays,
            "For how many days rejected rows are kept, from when something became of them last."
        )
    }
}
