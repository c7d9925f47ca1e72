public import Jobs
public import Lifecycle

/// What every service that keeps tenants' rows is told: of the platform, and of the jobs that it
/// does.
public struct TenantServiceConfiguration: Configurable {
    /// The platform's database and keys.
    public let platform: PlatformConfiguration
    /// How many jobs are done at once.
    public let jobs: JobWorkerConfiguration

    /// Reads all keys.
    public init(from reader: inout ConfigurationReader) {
        platform = PlatformConfiguration(from: &reader)
        var jobs = JobWorkerConfiguration()
        jobs.mostRunning = reader.value(
            "jobs_at_once",
            .integer(in: 1...1_000),
            default: jobs.mostRunning,
            "How many jobs this process does at once."
        )
        jobs.mostPerTenant = reader.value(
            "jobs_per_tenant",
            .integer(in: 1...1_000),
            default: min(jobs.mostPerTenant, jobs.mostRunning),
            "How many of them one tenant may have."
        )
        if jobs.mostPerTenant > jobs.mostRunning {
            reader.refuse("jobs_per_tenant", "is more than jobs_at_once")
        }
        // A stop leaves jobs half of its time; the rest must do for those that it cancels.
        jobs.unwinding = .seconds(3)
        self.jobs = jobs
    }
}
