public import Lifecycle
internal import Platform

/// Says what matters: summaries, anomalies, portfolios and alerts.
///
/// It has its place in the platform, shows its tenants' jobs, and sees to their schedules; methods
/// and kinds of jobs come with its contracts.
public enum InsightsService {
    /// The service, for a program of its own or one that it shares.
    public static let definition = ServiceDefinition<InsightsConfiguration>("insights") { parts in
        let place = try TenantService("insights", parts.configuration.place, parts)
        return ServiceContent(at: place)
    }
}
