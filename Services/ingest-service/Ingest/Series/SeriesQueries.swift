internal import Messages
internal import Postgres
internal import RPC

/// Which spend is summed, and by what.
struct SpendQuery: Sendable {
    let days: DayRange
    /// As the contract numbers them.
    let dimension: Int16
    let channel: String
    let platform: String
    let campaign: String
    let geo: String

    /// Checks a request.
    ///
    /// - Throws: INVALID_ARGUMENT with a violation for each fault.
    init(_ request: IngestV1.ListSpendRequest) throws(RPCError) {
        var violations = FieldViolations()
        days = DayRange(request.fromDate, request.toDate, &violations)
        let known: [IngestV1.ListSpendRequest.Dimension] = [
            .unspecified, .channel, .platform, .campaign, .geo,
        ]
        let place = known.firstIndex(of: request.dimension)
        violations.check(place != nil, "dimension", "expected one of the dimensions")
        dimension = Int16(place ?? 0)
        channel = request.channel
        platform = request.platform
        campaign = request.campaign
        geo = request.geo
        try violations.finish("spend cannot be summed like this")
    }
}

/// Which KPIs are summed, and by what.
struct KpiQuery: Sendable {
    let days: DayRange
    /// As the contract numbers them.
    let dimension: Int16
    let name: String
    let source: String
    let geo: String

    /// Checks a request.
    ///
    /// - Throws: INVALID_ARGUMENT with a violation for each fault.
    init(_ request: IngestV1.ListKpiRequest) throws(RPCError) {
        var violations = FieldViolations()
        days = DayRange(request.fromDate, request.toDate, &violations)
        let known: [IngestV1.ListKpiRequest.Dimension] = [.unspecified, .source, .geo]
        let place = known.firstIndex(of: request.dimension)
        violations.check(place != nil, "dimension", "expected one of the dimensions")
        dimension = Int16(place ?? 0)
        name = request.name
        source = request.source
        geo = request.geo
        try violations.finish("KPIs cannot be summed like this")
    }
}

/// From a day to a day, both included; nil where there is no bound.
struct DayRange: Sendable {
    let first: PostgresDate?
    let last: PostgresDate?

    fileprivate init(_ from: String, _ to: String, _ violations: inout FieldViolations) {
        let rule = "expected a day, as 2026-01-31"
        first = PostgresDate(text: from)
        last = PostgresDate(text: to)
        violations.check(from.isEmpty || first != nil, "from_date", rule)
        violations.check(to.isEmpty || last != nil, "to_date", rule)
        if let first, let last {
            violations.check(first <= last, "to_date", "expected no day before from_date")
        }
    }
}
