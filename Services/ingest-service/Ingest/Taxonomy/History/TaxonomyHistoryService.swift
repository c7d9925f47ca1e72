internal import Contracts
internal import Jobs
internal import Messages
internal import Net
internal import Postgres
internal import RPC
internal import Taxonomy
internal import Telemetry
internal import Tenancy
internal import Wire

/// Serves what rules have made of stored events; its contract says what each method does.
struct TaxonomyHistoryService: IngestV1.TaxonomyHistory.Service {
    private let database: TenantDatabase
    private let remaps: HistoryRemapQueue
    private let touches: TouchStore
    private let rules = RuleStore()
    private let channels = ChannelStore()

    /// What the share of unknown touches should be below.
    private static let target = 0.1

    init(_ database: TenantDatabase, _ remaps: HistoryRemapQueue, offload: WorkerPool?) {
        self.database = database
        self.remaps = remaps
        touches = TouchStore(offload: offload)
    }

    // MARK: What is stored

    func getUnknownShare(
        _ request: Message<IngestV1.GetUnknownShareRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.UnknownShare> {
        let value = request.value()
        let question = try HistoryQuestion(
            from: value.from,
            to: value.to,
            mostEvents: value.mostEvents,
            seed: value.seed
        )
        let scope = try database.scope(for: call)
        let days = try await question.days(touches, in: scope)
        let mapper = try await rules.mapper(in: scope)
        let counts = try await touches.counts(days, rules: mapper.version, in: scope)
        let sample = try await touches.sample(.unknownTouches, question, days, in: scope)
        var causes = UnknownCauses()
        let count = try await touches.scan(.unknownTouches, sample, days, in: scope) { event in
            try UnknownCauses.look(at: event, by: mapper)
        } note: {
            causes.note($0)
        }
        var message = IngestV1.UnknownShare()
        (message.from, message.to) = (days.first.text, days.last.text)
        message.timeZone = days.timeZone
        (message.touches, message.unknown) = (counts.touches, counts.unknown)
        message.share = Double(counts.unknown) / Double(max(counts.touches, 1))
        message.target = Self.target
        message.targetMet = message.share < Self.target
        message.causes = causes.messages(sample)
        message.sample = sample.message(lookedAt: count)
        message.rulesVersion = mapper.version
        message.outdated = counts.outdated
        message.formula =
            "unknown / touches, where unknown = without a channel or with a "
            + "confidence below \(Confidence.leastKnown). \(Confidence.formula)"
        return Reply(message)
    }

    func getCoverage(
        _ request: Message<IngestV1.GetCoverageRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.Coverage> {
        let value = request.value()
        let question = try HistoryQuestion(
            from: value.from,
            to: value.to,
            mostEvents: value.mostEvents,
            seed: value.seed
        )
        let scope = try database.scope(for: call)
        let days = try await question.days(touches, in: scope)
        let stored = try await rules.rules(0, in: scope)
        let set = try stored.ruleSet()
        let slugs = try await channels.slugs(in: scope)
        let sample = try await touches.sample(.touches, question, days, in: scope)
        var coverage = RuleCoverage()
        let count = try await touches.scan(.touches, sample, days, in: scope) { event in
            try RuleCoverage.look(at: event, by: set)
        } note: {
            coverage.note($0)
        }
        var message = IngestV1.Coverage()
        (message.from, message.to) = (days.first.text, days.last.text)
        message.timeZone = days.timeZone
        message.rulesVersion = stored.version
        message.sample = sample.message(lookedAt: count)
        coverage.tell(&message, set, own: Set(stored.own.map(\.name)), slugs: slugs, sample)
        return Reply(message)
    }

    func getChannelConfidence(
        _ request: Message<IngestV1.GetChannelConfidenceRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.ChannelConfidences> {
        let value = request.value()
        let question = try HistoryQuestion(from: value.from, to: value.to)
        let scope = try database.scope(for: call)
        let days = try await question.days(touches, in: scope)
        var channel: Int32?
        if !value.channel.isEmpty {
            channel = try await channels.numbers(in: scope)[value.channel]
            guard channel != nil else {
                throw RPCError(
                    .notFound,
                    "channel: there is no channel '\(value.channel.prefix(63))'"
                )
            }
        }
        let rows = try await touches.confidences(days, of: channel, in: scope)
        var message = IngestV1.ChannelConfidences.explained
        (message.from, message.to) = (days.first.text, days.last.text)
        message.timeZone = days.timeZone
        message.channels = try ChannelLevels.channels(rows).map(\.message)
        return Reply(message)
    }

    // MARK: What it would be

    func dryRunRules(
        _ request: Message<IngestV1.DryRunRulesRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.RulesDryRun> {
        let value = request.value()
        let question = try HistoryQuestion(
            from: value.from,
            to: value.to,
            mostEvents: value.mostEvents,
            seed: value.seed
        )
        let asked = StoredRules(
            version: 0,
            own: value.rules,
            hasDefaultGroup: !value.excludesDefaultGroup
        )
        let mapper = ChannelMapper(try asked.ruleSet(), version: 0)
        let scope = try database.scope(for: call)
        try await rules.check(value.rules.map(\.channel), in: scope)
        let days = try await question.days(touches, in: scope)
        let slugs = try await channels.slugs(in: scope)
        let sample = try await touches.sample(.mapped, question, days, in: scope)
        var effects = RuleEffects()
        _ = try await touches.scan(.mapped, sample, days, in: scope) { event in
            try RuleEffects.look(at: event, by: mapper, slugs)
        } note: {
            effects.note($0)
        }
        var message = IngestV1.RulesDryRun()
        (message.from, message.to) = (days.first.text, days.last.text)
        message.timeZone = days.timeZone
        effects.tell(&message, sample)
        return Reply(message)
    }

    func remapHistory(
        _ request: Message<IngestV1.RemapHistoryRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<OperationsV1.Operation> {
        let job = try remaps.job(request.value())
        let scope = try database.scope(for: call)
        return Reply(try await remaps.queue.operation(of: job, for: call, in: scope))
    }
}
