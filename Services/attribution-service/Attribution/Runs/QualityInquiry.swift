internal import Contracts
internal import Jobs
internal import Journeys
internal import Messages
internal import Platform
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

/// Asks ingest how good the data are that runs look at.
///
/// A run completes whatever ingest says, and if it says nothing.
struct QualityInquiry: Sendable {
    private let ingest: PeerService
    private let store = RunStore()

    /// How many days of touches ingest looks at.
    private static let mostDays: Int64 = 800
    /// How many unknown touches it looks at for what most of them have in common.
    private static let mostEvents: Int32 = 5_000
    /// How many findings are kept.
    private static let mostFindings: Int32 = 20
    /// How long it is waited for, for each of the two things that are asked.
    private static let patience = Duration.seconds(10)

    init(_ ingest: PeerService) { self.ingest = ingest }

    /// Asks about the data of a run.
    ///
    /// - Parameters:
    ///   - stored: the run.
    ///   - run: its job, in whose name ingest is asked.
    /// - Returns: what ingest says; nil for paths that were imported.
    /// - Throws: `PostgresError`, or `CancellationError`.
    func ask(
        about stored: StoredRun,
        for run: JobRun
    ) async throws -> AttributionV1.DataQuality? {
        let scope = try run.scope()
        guard let asked = try await stored.request.journeys?.timed(in: scope) else { return nil }
        let selection = try JourneyPlan(asked, in: scope, now: stored.record.createTime).selection
        let days = try await store.touchDays(
            from: selection.firstTouch,
            to: min(selection.range.upperBound, selection.asOf),
            most: Self.mostDays,
            in: scope
        )
        var quality = AttributionV1.DataQuality()
        switch try await unknownShare(days, run) {
        case .success(let share): quality.tell(share)
        case .failure(let silence): quality.missing.append("unknown touches: \(silence)")
        // There is nobody who could have a touch in these days.
        case nil: break
        }
        let rules = try await ingest.brokenRules(
            Self.mostFindings,
            on: .job(run),
            within: Self.patience
        )
        switch rules {
        case .success(let found): quality.tell(found)
        case .failure(let silence): quality.missing.append("findings: \(silence)")
        }
        return quality
    }

    private func unknownShare(
        _ days: (first: String, last: String)?,
        _ run: JobRun
    ) async throws -> Result<IngestV1.UnknownShare, PeerService.Silence>? {
        guard let days else { return nil }
        return try await ingest.ask(on: .job(run), within: Self.patience) { channel, options in
            var request = IngestV1.GetUnknownShareRequest()
            (request.from, request.to) = days
            request.mostEvents = Self.mostEvents
            return try await IngestV1.TaxonomyHistory.Client(channel)
                .getUnknownShare(request, options: options).message.value()
        }
    }
}

extension AttributionV1.DataQuality {
    fileprivate mutating func tell(_ share: IngestV1.UnknownShare) {
        (firstDate, lastDate) = (share.from, share.to)
        (touches, unknownTouches) = (share.touches, share.unknown)
        unknownTarget = share.target
        if !share.targetMet { unknownAdvice = share.causes.first?.advice ?? "" }
    }

    fileprivate mutating func tell(_ found: IngestV1.ListFindingsResponse) {
        findings = found.findings.map { finding in
            var told = Finding()
            told.number = finding.number
            told.isError = finding.severity == .error
            (told.summary, told.advice) = (finding.summary, finding.advice)
            return told
        }
        moreFindings = !found.nextPageToken.isEmpty
    }
}

extension JourneySelection {
    /// The earliest moment that a touch of a journey can be of, in microseconds since 1970.
    fileprivate var firstTouch: Int64 {
        guard let clickWindow, let viewWindow else { return .min }
        let (first, isBefore) = range.lowerBound.subtractingReportingOverflow(
            max(clickWindow, viewWindow)
        )
        return isBefore ? .min : first
    }
}
