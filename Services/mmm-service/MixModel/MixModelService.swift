public import Lifecycle
internal import Platform

/// Models the mix of media: datasets, training, curves and budgets.
///
/// It has its place in the platform, shows its tenants' jobs, and sees to their schedules; methods
/// and kinds of jobs come with its contracts.
public enum MixModelService {
    /// The service, for a program of its own or one that it shares.
    public static let definition = ServiceDefinition<MixModelConfiguration>("mmm") { parts in
        let place = try TenantService("mmm", parts.configuration.place, parts)
        return ServiceContent(at: place)
    }
}
