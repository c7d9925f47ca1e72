/// How long a service may take to stop.
public struct LifecycleConfiguration: Configurable, Equatable {
    /// How long the whole stop may take, from the request to the end of the process.
    ///
    /// What runs the service must wait for longer: `terminationGracePeriodSeconds` and
    /// `TimeoutStopSec` are 45 seconds in our manifests. A tenth of it, but a second at most, is
    /// kept back for whoever writes the log and exits.
    public var stopLimit: Duration

    /// How long servers go on taking requests after readiness has ended, so that those who balance
    /// load have seen it; at most half of the time for the whole.
    public var endpointDelay: Duration

    /// Limits for a service.
    ///
    /// - Parameters:
    ///   - stopLimit: how long the whole stop may take.
    ///   - endpointDelay: how long servers go on taking requests after readiness has ended.
    public init(stopLimit: Duration = .seconds(30), endpointDelay: Duration = .seconds(5)) {
        self.stopLimit = stopLimit
        self.endpointDelay = endpointDelay
    }

    /// Reads `stop_limit` and `endpoint_delay`.
    public init(from reader: inout ConfigurationReader) {
        stopLimit = reader.value(
            "stop_limit",
            .duration(in: .seconds(1) ... .seconds(3600)),
            default: .seconds(30),
            "How long an orderly stop may take before the process ends anyway."
        )
        endpointDelay = reader.value(
            "endpoint_delay",
            .duration(in: .zero ... .seconds(600)),
            default: .seconds(5),
            "How long requests are still taken after readiness has ended."
        )
    }

    /// What is kept back of ``stopLimit``.
    var reserve: Duration { min(stopLimit / 10, .seconds(1)) }
}
