internal import Telemetry

/// What a worker counts and measures.
struct JobMetrics: Sendable {
    let finished: MetricFamily<Counter>
    let expired: MetricFamily<Counter>
    let duration: MetricFamily<Histogram>
    let wait: MetricFamily<Histogram>
    let running: Gauge
    let dueTenants: MetricFamily<Gauge>
    let oldestAge: MetricFamily<Gauge>

    init(_ registry: MetricRegistry) {
        finished = registry.counter(
            "job_attempts_total",
            help: "Attempts at jobs, by how they ended.",
            labels: ["kind", "outcome"]
        )
        expired = registry.counter(
            "job_leases_expired_total",
            help: "Jobs that were taken from workers that were lost.",
            labels: ["kind"]
        )
        duration = registry.histogram(
            "job_attempt_duration_seconds",
            help: "How long attempts took.",
            unit: "seconds",
            labels: ["kind"],
            bounds: .jobSeconds
        )
        wait = registry.histogram(
            "job_wait_duration_seconds",
            help: "How long jobs might have been started before they were.",
            unit: "seconds",
            labels: ["kind"],
            bounds: .jobSeconds
        )
        running = registry.gauge("jobs_running", help: "Jobs that run in this process.")
        dueTenants = registry.gauge(
            "job_queue_tenants",
            help: "Tenants of the queue with work that is due, as far as workers were told.",
            labels: ["node"]
        )
        oldestAge = registry.gauge(
            "job_queue_oldest_age_seconds",
            help: "For how long the first of them has waited.",
            unit: "seconds",
            labels: ["node"]
        )
    }
}

extension BucketBounds {
    /// From what hardly is a job to what takes a night.
    fileprivate static let jobSeconds: BucketBounds = [
        0.01, 0.05, 0.1, 0.5, 1, 5, 10, 30, 60, 300, 1_800, 3_600, 14_400, 43_200,
    ]
}
