internal import Net
internal import RPC
internal import Telemetry

/// Counts and logs requests that are answered before there is a call.
final class Refusals: Sendable {
    private let logger: Logger
    private let family: MetricFamily<Counter>

    /// Registers the metric, once for each registry.
    init(_ registry: MetricRegistry, _ logger: Logger) {
        self.logger = logger
        family = registry.counter(
            "gateway_refusals_total",
            help: "Requests that were answered before there was a call, by the reason.",
            labels: ["reason"]
        )
    }

    /// Notes a refusal.
    ///
    /// - Parameters:
    ///   - reason: one of those that the gateway itself gives, in upper snake case.
    ///   - code: the code of gRPC.
    ///   - status: the status of HTTP.
    ///   - requestID: what the request is called.
    func note(_ reason: String, _ code: StatusCode, status: Int, _ requestID: RequestID) {
        family.series(reason.lowercased()).increment()
        guard logger.level <= .info else { return }
        var fields = LogFields()
        fields.requestID = requestID.text
        fields.code = code.name
        fields["reason"] = .string(reason)
        fields["status"] = .integer(Int64(status))
        logger.info("request refused", fields)
    }
}
