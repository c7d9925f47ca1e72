public import Lifecycle
internal import Platform

/// Plans and reads experiments: holdouts, geographic tests, calibration.
///
/// It has its place in the platform, shows its tenants' jobs, and sees to their schedules; methods
/// and kinds of jobs come with its contracts.
public enum ExperimentService {
    /// The service, for a program of its own or one that it shares.
    public static let definition = ServiceDefinition<ExperimentConfiguration>("experiment") {
        parts in
        let place = try TenantService("experiment", parts.configuration.place, parts)
        return ServiceContent(at: place)
    }
}
