/// A text form of metrics.
public enum MetricsFormat: Sendable, CaseIterable {
    /// Prometheus's own, version 0.0.4.
    case prometheus
    /// OpenMetrics 1.0.0, which has exemplars.
    case openMetrics

    /// What an answer says it holds.
    public var contentType: String {
        switch self {
        case .prometheus: "text/plain; version=0.0.4; charset=utf-8"
        case .openMetrics: "application/openmetrics-text; version=1.0.0; charset=utf-8"
        }
    }

    /// Chooses the form for whoever asks.
    ///
    /// The form with the higher quality is chosen. If both have the same, OpenMetrics is chosen
    /// only if it was named; if neither is acceptable, Prometheus's form serves everyone.
    ///
    /// - Parameter accept: the value of the `Accept` header; of several, joined by commas; nil if
    ///   there was none.
    public init(accept: String?) {
        let ranges = MediaRange.all(in: accept ?? "")
        let openMetrics = MediaRange.best(
            of: ranges,
            type: "application",
            subtype: "openmetrics-text",
            version: "1.0.0"
        )
        let prometheus = MediaRange.best(
            of: ranges,
            type: "text",
            subtype: "plain",
            version: "0.0.4"
        )
        let isBetter = openMetrics.quality > prometheus.quality
        let isNamed = openMetrics.quality == prometheus.quality && openMetrics.isNamed
        self = openMetrics.quality > 0 && (isBetter || isNamed) ? .openMetrics : .prometheus
    }
}
