internal import Contracts
public import Lifecycle
internal import Messages
package import Net
internal import Platform
internal import Postgres
package import RPC
internal import Schema
package import Tenancy

/// Models the mix of media: datasets, training, curves and budgets.
///
/// So far it keeps what models are to be held to, and tells what they can be fitted to.
public enum MixModelService {
    /// The service, for a program of its own or one that it shares.
    public static let definition = ServiceDefinition<MixModelConfiguration>("mmm") { parts in
        let place = try TenantService(
            "mmm",
            parts.configuration.place,
            parts,
            requirements: [
                try MigrationSet.ingest().requirement, try MigrationSet.mixModel().requirement,
            ]
        )
        return ServiceContent(
            contracts(on: place.database, pages: place.pages, offload: parts.offload),
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
    /// - Returns: its contracts.
    package static func contracts(
        on database: TenantDatabase,
        pages: PageTokens,
        offload: WorkerPool? = nil
    ) -> [ServedContract] {
        [
            ServedContract(
                MixModelV1.Calibrations.schema,
                MixModelV1.Calibrations.methods(of: CalibrationsService(database, pages: pages)),
                files: [MixModelV1.calibrationsFile]
            ),
            ServedContract(
                MixModelV1.Panels.schema,
                MixModelV1.Panels.methods(of: PanelsService(database, offload: offload)),
                files: [MixModelV1.panelsFile]
            ),
        ]
    }

    /// What errors of its own mean to callers; nil for what it does not know.
    ///
    /// - Parameter error: what was thrown.
    /// - Returns: the status.
    @Sendable
    package static func status(of error: any Error) -> RPCError? {
        (error as? PostgresError).map { RPCError($0) }
    }
}
