internal import Contracts
internal import Jobs
public import Messages
internal import Postgres
internal import RPC
internal import Telemetry
public import Tenancy
internal import Wire

/// Serves snapshots, findings and rules of tenants' data; its contract says what each method does.
struct DataQualityService: IngestV1.DataQuality.Service {
    private let service: ServiceName
    private let database: TenantDatabase
    private let jobs: JobQueue
    private let pages: PageTokens
    private let facts = FactStore()
    private let snapshots = SnapshotStore()
    private let rules = QualityRuleStore()
    private let findings = FindingStore()

    /// On how many days' snapshots a rule is tried.
    private static let triedDays = 60
    /// How many metrics of each are told.
    private static let toldMetrics = 10

    init(
        of service: ServiceName,
        _ database: TenantDatabase,
        _ jobs: JobQueue,
        pages: PageTokens
    ) {
        self.service = service
        self.database = database
        self.jobs = jobs
        self.pages = pages
    }

    // MARK: Snapshots

    func takeSnapshot(
        _ request: Message<IngestV1.TakeSnapshotRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.TakeSnapshotResponse> {
        let value = request.value()
        let scope = try database.scope(for: call)
        if !value.date.isEmpty {
            let today = try await facts.today(in: scope)
            let days = today.adding(-SnapshotJob.mostDaysBack)...today
            guard let day = PostgresDate(text: value.date), days.contains(day) else {
                throw RPCError(
                    .invalidArgument,
                    "date: expected a day from \(days.lowerBound.text) to \(today.text), as "
                        + "2026-01-31, or nothing for yesterday"
                )
            }
        }
        var job = SnapshotJob.type(of: service).job(value).serving(call)
        job.uniqueness = .untilDone("quality_snapshot")
        let enqueued = try await jobs.enqueue([job], in: scope)
        var response = IngestV1.TakeSnapshotResponse()
        for job in enqueued {
            response.operation = "operations/\(service).\(job.id)"
            response.existing = !job.isNew
        }
        return Reply(response)
    }

    func listSnapshots(
        _ request: Message<IngestV1.ListSnapshotsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.ListSnapshotsResponse> {
        let value = request.value()
        let page = try pages.page(of: request, value, call)
        let found = try await snapshots.snapshots(
            before: page.placeText.flatMap { Int64($0) } ?? .max,
            limit: page.count + 1,
            in: database.scope(for: call)
        )
        var response = IngestV1.ListSnapshotsResponse()
        (response.snapshots, response.nextPageToken) = page.cut(found) { "\($0.number)" }
        return Reply(response)
    }

    func getSnapshot(
        _ request: Message<IngestV1.GetSnapshotRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.QualitySnapshot> {
        let value = request.value()
        guard value.metric.isEmpty || QualityMeasure(rawValue: value.metric) != nil else {
            throw RPCError(.invalidArgument, "metric: expected one of those that ListRules tells")
        }
        let scope = try database.scope(for: call)
        guard var snapshot = try await snapshots.snapshot(value.number, in: scope) else {
            throw RPCError(.notFound, "there is no such snapshot")
        }
        if !value.metric.isEmpty { snapshot.metrics.removeAll { $0.name != value.metric } }
        return Reply(snapshot)
    }

    // MARK: Findings

    func listFindings(
        _ request: Message<IngestV1.ListFindingsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.ListFindingsResponse> {
        let value = request.value()
        let page = try pages.page(of: request, value, call)
        let found = try await findings.findings(
            FindingFilter(value),
            before: page.placeText.flatMap { Int64($0) } ?? .max,
            limit: page.count + 1,
            in: database.scope(for: call)
        )
        var response = IngestV1.ListFindingsResponse()
        (response.findings, response.nextPageToken) = page.cut(found) { "\($0.number)" }
        return Reply(response)
    }

    func noteFinding(
        _ request: Message<IngestV1.NoteFindingRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.QualityFinding> {
        let value = request.value()
        let now = UTCTimestamp.now
        let until = value.muteUntil.flatMap { UTCTimestamp($0) }
        let last = now.milliseconds + Int64(SnapshotJob.mostDaysBack) * 86_400_000
        var violations = FieldViolations()
        violations.checkReason(value.reason)
        violations.check(
            value.muteUntil == nil || until.map { $0.milliseconds <= last } == true,
            "mute_until",
            "expected a time at most \(SnapshotJob.mostDaysBack) days ahead, or nothing"
        )
        try violations.finish("nothing can be noted like this")
        let scope = try database.scope(for: call)
        let isNoted = try await findings.note(
            value.number,
            reason: value.reason,
            muteUntil: until,
            at: now,
            in: scope
        )
        guard isNoted, let finding = try await findings.finding(value.number, in: scope) else {
            throw RPCError(.notFound, "there is no such finding")
        }
        return Reply(finding)
    }

    // MARK: Rules

    func listRules(
        _ request: Message<IngestV1.ListQualityRulesRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.ListQualityRulesResponse> {
        var response = IngestV1.ListQualityRulesResponse()
        response.rules = try await rules.rules(in: database.scope(for: call))
        response.metrics = QualityMeasure.allCases.map { measure in
            var kind = IngestV1.QualityMetricKind()
            kind.name = measure.rawValue
            kind.meaning = measure.meaning
            kind.dimensions = measure.dimensions
            return kind
        }
        return Reply(response)
    }

    func putRule(
        _ request: Message<IngestV1.PutQualityRuleRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.PutQualityRuleResponse> {
        let value = request.value()
        var violations = FieldViolations()
        violations.checkReason(value.reason)
        try violations.finish("the rule cannot be put")
        let rule = try QualityRule(value.rule ?? IngestV1.QualityRule())
        let now = UTCTimestamp.now
        var stored = IngestV1.StoredQualityRule()
        stored.rule = rule.message
        stored.standard = QualityRule.standard[rule.message.name] != nil
        stored.reason = value.reason
        stored.actor = try call.tenant.actor.description
        stored.changeTime = GoogleProtobuf.Timestamp(now)
        let scope = try database.scope(for: call)
        var response = try await trials(of: rule, in: scope)
        response.rule = stored
        if !value.validateOnly { try await rules.put(stored, at: now, in: scope) }
        return Reply(response)
    }

    /// What a rule would have found.
    private func trials(
        of rule: QualityRule,
        in scope: TenantScope
    ) async throws -> IngestV1.PutQualityRuleResponse {
        let today = try await facts.today(in: scope)
        let days = today.adding(-SnapshotJob.mostDaysBack)...today
        let options = TransactionOptions(isReadOnly: true)
        return try await scope.transaction(options) { transaction in
            var response = IngestV1.PutQualityRuleResponse()
            var streaks = RuleStreaks(rule)
            try await snapshots.forEachDay(of: days, last: Self.triedDays, in: transaction) {
                number,
                day,
                metrics in
                streaks.go(on: metrics, of: day.daysSince1970)
                response.triedSnapshots += 1
                let broken = streaks.broken
                if broken.isEmpty { return }
                var trial = IngestV1.PutQualityRuleResponse.Trial()
                trial.snapshot = number
                trial.date = day.text
                trial.findings = Int32(broken.count)
                trial.metrics = Array(broken.prefix(Self.toldMetrics))
                response.trials.append(trial)
            }
            response.trials.reverse()
            return response
        }
    }

    func deleteRule(
        _ request: Message<IngestV1.DeleteQualityRuleRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.DeleteQualityRuleResponse> {
        try await rules.delete(request.value().name, in: database.scope(for: call))
        return Reply(IngestV1.DeleteQualityRuleResponse())
    }
}

extension IngestV1.ListSnapshotsRequest: PagedRequest {}
extension IngestV1.ListFindingsRequest: PagedRequest {}

extension FieldViolations {
    fileprivate mutating func checkReason(_ reason: String) {
        check(
            (1...500).contains(reason.count) && !reason.utf8.contains(0),
            "reason",
            "expected 1 to 500 characters without U+0000"
        )
    }
}

extension FindingFilter {
    /// Checks which findings are asked for.
    ///
    /// - Throws: INVALID_ARGUMENT with a violation for each fault.
    fileprivate init(_ request: IngestV1.ListFindingsRequest) throws(RPCError) {
        var violations = FieldViolations()
        violations.check(
            [.unspecified, .open, .resolved].contains(request.state),
            "state",
            "expected open, resolved or nothing"
        )
        violations.check(
            [.unspecified, .info, .warning, .error].contains(request.leastSeverity),
            "least_severity",
            "expected info, warning, error or nothing"
        )
        violations.check(!request.rule.utf8.contains(0), "rule", "expected the name of a rule")
        try violations.finish("findings cannot be listed like this")
        if request.state != .unspecified { isOpen = request.state == .open }
        rule = request.rule
        leastSeverity = Int16(request.leastSeverity.rawValue)
        excludesMuted = request.excludesMuted
    }
}
