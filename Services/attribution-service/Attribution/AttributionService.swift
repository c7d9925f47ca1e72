internal import Contracts
public import Lifecycle
internal import Messages
package import Net
internal import PathModels
internal import Platform
internal import Postgres
package import RPC
internal import Schema
package import Tenancy

/// Says what led to conversions: journeys, models and affiliates.
///
/// So far it runs models over the paths that tenants have imported, which ingest publishes.
public enum AttributionService {
    /// The service, for a program of its own or one that it shares.
    public static let definition = ServiceDefinition<AttributionConfiguration>("attribution") {
        parts in
        let place = try TenantService(
            "attribution",
            parts.configuration.place,
            parts,
            requirements: [
                try MigrationSet.ingest().requirement, try MigrationSet.attribution().requirement,
            ]
        )
        return ServiceContent(
            contracts(on: place.database, offload: parts.offload, version: Release.version),
            at: place,
            status: status(of:)
        )
    }

    /// What the service serves.
    ///
    /// - Parameters:
    ///   - database: its databases.
    ///   - offload: threads for what takes long; nil to take the loop's time.
    ///   - version: that of the program, which results name.
    /// - Returns: its contracts.
    package static func contracts(
        on database: TenantDatabase,
        offload: WorkerPool? = nil,
        version: String
    ) -> [ServedContract] {
        [
            ServedContract(
                AttributionV1.Models.schema,
                AttributionV1.Models.methods(
                    of: ModelsService(database, offload: offload, version: version)
                ),
                files: [AttributionV1.modelsFile]
            )
        ]
    }

    /// What errors of its own mean to callers; nil for what it does not know.
    ///
    /// - Parameter error: what was thrown.
    /// - Returns: the status.
    @Sendable
    package static func status(of error: any Error) -> RPCError? {
        switch error {
        case let error as PostgresError: RPCError(error)
        case let failure as AttributionFailure: RPCError(failure.code, failure.description)
        default: nil
        }
    }
}

extension AttributionFailure {
    /// Whether it is the request that is wrong, or what it is about.
    fileprivate var code: StatusCode {
        switch self {
        case .unknownModel, .unknownParameter, .parameterOutOfRange, .weightsAboveOne:
            .invalidArgument
        case .noThread: .unavailable
        default: .failedPrecondition
        }
    }
}
