public import Lifecycle
public import Wire

/// The front door of the platform.
public enum GatewayService {
    /// The service, for a program of its own or one that it shares.
    public static let definition = definition(offering: ServiceOffer.product)

    /// The service before services that offer more than their jobs.
    ///
    /// - Parameter offers: what services offer to tenants, by their names.
    /// - Returns: the service.
    public static func definition(
        offering offers: [String: ServiceOffer]
    ) -> ServiceDefinition<GatewayProgram> {
        ServiceDefinition("gateway") { parts in
            try parts.configuration.content(parts, offering: offers)
        }
    }
}

/// What a service offers to tenants through the gateway.
public struct ServiceOffer: Sendable {
    let contracts: [ServiceSchema]
    let files: [FileSchema]

    /// Contracts of a service.
    ///
    /// - Parameters:
    ///   - contracts: what it serves; no two services have a method or a route in common.
    ///   - files: the files that declare them, and all that those import but google's and ours.
    public init(_ contracts: [ServiceSchema], files: [FileSchema]) {
        self.contracts = contracts
        self.files = files
    }
}
