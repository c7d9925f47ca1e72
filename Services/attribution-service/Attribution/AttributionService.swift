public import Lifecycle
internal import Platform

/// Says what led to conversions: journeys, models and affiliates.
///
/// It has its place in the platform, shows its tenants' jobs, and sees to their schedules; methods
/// and kinds of jobs come with its contracts.
public enum AttributionService {
    /// The service, for a program of its own or one that it shares.
    public static let definition = ServiceDefinition<AttributionConfiguration>("attribution") {
        parts in
        let place = try TenantService("attribution", parts.configuration.place, parts)
        return ServiceContent(at: place)
    }
}
