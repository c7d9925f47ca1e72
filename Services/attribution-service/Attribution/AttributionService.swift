internal import Contracts
internal import Journeys
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
/// So far it tells journeys of persons, and runs models over them, and over the paths that tenants
/// have imported, which ingest publishes.
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
            contracts(
                on: place.database,
                pages: place.pages,
                offload: parts.offload,
                version: Release.version
            ),
            at: place,
            status: status(of:)
        )
    }

    /// What the service serves.
    ///
    /// - Parameters:
    ///   - database: its databases.
    ///   - pages: signs the pages of lists.
    ///   - offload: threads for what takes long; nil to take the loop's time.
    ///   - version: that of the program, which results name.
    /// - Returns: its contracts.
    package static func contracts(
        on database: TenantDatabase,
        pages: PageTokens,
        offload: WorkerPool? = nil,
        version: String
    ) -> [ServedContract] {
        let source = PathSource(database, offload: offload)
        return [
            ServedContract(
                AttributionV1.Models.schema,
                AttributionV1.Models.methods(
                    of: ModelsService(source, offload: offload, version: version)
                ),
                files: [AttributionV1.modelsFile]
            ),
            ServedContract(
                AttributionV1.Journeys.schema,
                AttributionV1.Journeys.methods(
                    of: JourneysService(database, source, offload: offload, pages: pages)
                ),
                files: [
                    AttributionV1.journeysFile, AttributionV1.journeySelectionFile,
                    AttributionV1.timelineFile,
                ]
            ),
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
        case JourneyFailure.paths(let failure): RPCError(failure.code, failure.description)
        case let failure as JourneyFailure: RPCError(.failedPrecondition, failure.description)
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
