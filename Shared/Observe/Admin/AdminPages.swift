internal import Telemetry

/// What the metrics port answers to each request, whoever carries it.
struct AdminPages: Sendable {
    /// Whose metrics are told.
    let registries: [MetricRegistry]
    let readiness: @Sendable () -> AdminReadiness

    /// Answers a request.
    ///
    /// - Parameters:
    ///   - method: as `GET`.
    ///   - path: without the query.
    ///   - accept: the values of the `Accept` headers, joined by commas; nil if there are none.
    /// - Returns: the answer; to HEAD it is that of GET, whose body is not sent.
    func answer(method: String, path: String, accept: String?) -> AdminAnswer {
        guard let page = Page(rawValue: path) else {
            return .text(404, "there are \(Page.list)\n")
        }
        guard method == "GET" || method == "HEAD" else {
            return .text(405, "\(path) is only read\n", allow: "GET, HEAD")
        }
        switch page {
        case .livez:
            return .text(200, "live\n")
        case .readyz:
            let readiness = readiness()
            return AdminAnswer(
                status: readiness.isReady ? 200 : 503,
                contentType: "application/json",
                body: readiness.json
            )
        case .metrics:
            let format = MetricsFormat(accept: accept)
            return AdminAnswer(
                status: 200,
                contentType: format.contentType,
                body: MetricRegistry.text(of: registries, format)
            )
        }
    }

    private enum Page: String, CaseIterable {
        case livez = "/livez"
        case readyz = "/readyz"
        case metrics = "/metrics"

        static var list: String { allCases.map(\.rawValue).joined(separator: ", ") }
    }
}

/// One answer of the metrics port.
struct AdminAnswer: Equatable {
    let status: UInt32
    let contentType: String
    let body: [UInt8]
    /// The methods that would have been answered, if that is what is wrong.
    var allow: String?

    static func text(_ status: UInt32, _ text: String, allow: String? = nil) -> AdminAnswer {
        AdminAnswer(
            status: status,
            contentType: "text/plain; charset=utf-8",
            body: Array(text.utf8),
            allow: allow
        )
    }
}
