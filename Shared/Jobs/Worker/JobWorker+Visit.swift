internal import Net
@_spi(PostgresSessions) internal import Postgres
internal import Telemetry
@_spi(PostgresSessions) internal import Tenancy

// How a worker finds work: it visits tenants of which it is told, and now and then all others.
extension JobWorker {
    /// A tenant that others leave to this worker, until its lease would end.
    struct Taken {
        let tenant: TenantID
        let node: String
        let time: PostgresTimestamp
        /// How many hints there were.
        let hints: Int64
    }

    /// Visits tenants whose time has come, if there is room, and those that were held back.
    ///
    /// No more are taken than jobs can be started, so that other workers find the others, and each
    /// starts its part of them at most; a tenant that has more to do goes to the end of the line.
    /// No node keeps the others waiting.
    func visitDueTenants(on nodes: Set<String>) async {
        var isLineLonger = false
        for node in nodes.shuffled() {
            let most = room
            guard most > 0 else { break }
            do {
                let visits = try await takeVisits(on: node, limit: most)
                if visits.count == most { isLineLonger = true }
                for taken in visits {
                    let part = max(1, most / visits.count)
                    await tryToVisit(taken.tenant, taken: taken, most: part)
                }
            } catch {
                logger.warning(
                    "jobs not looked for",
                    ["node": .string(node), "cause": .string("\(error)")]
                )
            }
        }
        // Whoever has had his share comes after those who wait for theirs.
        if isLineLonger { return state.withLock { $0.hasNews = true } }
        let resumed = state.withLock { state in
            defer { state.resumed = [] }
            return state.resumed.sorted()
        }
        for tenant in resumed { await tryToVisit(tenant) }
    }

    /// Visits a tenant whose troubles are not to keep others waiting; it is visited again when a
    /// lease has passed, or the next sweep comes.
    func tryToVisit(
        _ tenant: TenantID,
        taken: Taken? = nil,
        most: Int = .max,
        isSweep: Bool = false
    ) async {
        if isStopping { return }
        do {
            try await visit(tenant, taken: taken, most: most, isSweep: isSweep)
        } catch {
            logger.warning(
                "tenant's jobs not looked for",
                ["tenant": .string(tenant.text), "cause": .string("\(error)")]
            )
        }
    }

    private func takeVisits(on node: String, limit: Int) async throws -> [Taken] {
        var batch = Batch()
        let lease = configuration.lease.seconds
        batch.append(.takeVisits, queue.text, Int64(limit), lease)
        let rows = try await hearing(node) {
            try await database.nodePool(node).run(batch, as: nil, .writes, before: deadline)[0]
        }
        var visits: [Taken] = []
        for row in rows {
            let (tenant, time, hints) = try row.read(
                TenantID.self,
                PostgresTimestamp.self,
                Int64.self
            )
            visits.append(Taken(tenant: tenant, node: node, time: time, hints: hints))
        }
        return visits
    }

    /// Measures how much work of a node is due that nobody has taken.
    func measureBacklog(on node: String) async {
        do {
            var batch = Batch()
            batch.append(.backlog, queue.text)
            let row = try await hearing(node) {
                try await database.nodePool(node).run(batch, as: nil, .reads, before: deadline)[0]
            }.one()
            let (count, age) = try row.read(Int64.self, Double.self)
            metrics.dueTenants.series(node).set(Double(count))
            metrics.oldestAge.series(node).set(age)
        } catch {
            logger.warning(
                "job backlog not measured",
                ["node": .string(node), "cause": .string("\(error)")]
            )
        }
    }

    /// When a visit that begins now must be over.
    var deadline: ContinuousClock.Instant { .now.advanced(by: configuration.timeout) }

    /// The scope of what the worker itself does for a tenant: it has no rights beside that.
    func scope(of tenant: TenantID, within limit: Duration? = nil) throws -> TenantScope {
        let deadline = limit.map { ContinuousClock.now.advanced(by: $0.asPause) } ?? deadline
        return try database.scope(for: ownContext(of: tenant), before: deadline)
    }

    /// The same on connections that no handler can occupy, for heartbeats.
    func scopeAside(of tenant: TenantID) throws -> TenantScope {
        try database.scopeAside(for: ownContext(of: tenant), before: deadline)
    }

    private func ownContext(of tenant: TenantID) -> TenantContext {
        guard let actor = Actor(.service, queue.text) else {
            preconditionFailure("names of services are ids of actors")
        }
        return TenantContext(tenant: tenant, actor: actor, scopes: .none)
    }

    // MARK: A visit

    /// What a visit found out about the time of the next.
    private struct NextVisit {
        /// Until a job may start, a lease ends, a schedule fires; in seconds, nil if none will.
        let job, lease, schedule: Double?

        var earliest: Double? { [job, lease, schedule].compactMap(\.self).min() }
    }

    /// Takes away lost jobs, fires schedules, starts jobs, and says when to come again.
    ///
    /// - Parameters:
    ///   - tenant: whom; one that is not served is left alone.
    ///   - taken: what others leave to this visit; nil if they do not.
    ///   - most: how many jobs it starts at most.
    ///   - isSweep: whether all tenants are visited, and what is old is forgotten.
    /// - Throws: `PostgresError`; `RPCError` if the tenant's schema is too old.
    func visit(
        _ tenant: TenantID,
        taken: Taken?,
        most: Int = .max,
        isSweep: Bool = false
    ) async throws {
        guard let entry = try database.directory.entry(of: tenant) else {
            // A hint came after the tenant was deleted.
            if let taken { try await settle(taken, nil) }
            return
        }
        // A suspended one is looked at when it is served again.
        guard entry.state == .active else { return }
        let scope = try scope(of: tenant)
        var next = try await look(into: scope, most)
        if let due = next.schedule, due <= 0, !isStopping {
            try await jobs.fireSchedules(of: queue.text, in: scope, logger)
            next = try await look(into: scope, most)
        }
        if isSweep { try await prune(scope) }
        if let taken {
            try await settle(taken, next.earliest)
        } else if let seconds = next.earliest {
            jobs.hint(queue.text, in: entry, after: Duration.seconds(seconds).asPause)
        }
    }

    /// Forgets what was over long ago.
    private func prune(_ scope: TenantScope) async throws {
        var batch = Batch()
        batch.append(.pruneEnded, queue.text, configuration.keptDone.seconds)
        batch.append(.pruneDead, queue.text, configuration.keptDead.seconds)
        try await scope.write(batch)
    }

    private func look(into scope: TenantScope, _ most: Int) async throws -> NextVisit {
        let (free, isShare) = room(for: scope.tenant)
        let room = min(free, most)
        let lease = PostgresUUID.random()
        let grace = graceLeft(on: scope.entry.node)
        var batch = Batch()
        batch.append(.keepPlans)
        if grace == .zero { batch.append(.reap, queue.text, kinds, mostCrashes) }
        batch.append(.stopDependants)
        if room > 0 { append(claimOf: room, lease, to: &batch) }
        batch.append(.nextVisit, queue.text, kinds)
        let looking = batch
        let answers = try await hearing(scope.entry.node) { try await scope.write(looking) }
        var results = answers.dropFirst().makeIterator()
        if grace == .zero, let lost = results.next() { try noteLost(lost, of: scope.tenant) }
        _ = results.next()
        var claimed = 0
        if room > 0, let heads = results.next() {
            claimed = heads.count
            var jobs = try heads.map { try ClaimedJob($0, of: scope.entry, lease: lease) }
            if let fellows = groupedKinds.isEmpty ? nil : results.next() {
                jobs += try fellows.map { try ClaimedJob($0, of: scope.entry, lease: lease) }
            }
            start(jobs, of: scope.tenant)
        }
        let isHeldBack = isShare && claimed == free
        if isHeldBack { holdBack(scope.tenant) }
        let (job, leased, schedule) = try answers[answers.count - 1].one()
            .read(Double?.self, Double?.self, Double?.self)
        // Others may have room meanwhile; this worker comes back when a job has ended. What is due
        // and was not to be had, somebody else has locked.
        let pause = isHeldBack ? configuration.poll.seconds : claimed == 0 ? Self.lockPause : 0
        return NextVisit(
            job: job.map { max($0, pause) },
            lease: leased.map { max($0, grace.seconds, Self.lockPause) },
            schedule: schedule
        )
    }

    /// Adds what takes so many jobs, and those that are done together with them.
    private func append(claimOf room: Int, _ lease: PostgresUUID, to batch: inout Batch) {
        let seconds = configuration.lease.seconds
        batch.append(.claim, queue.text, kinds, Int64(room), lease, seconds, name)
        guard !groupedKinds.isEmpty else { return }
        let most = groupedKinds.map { Int64(handlers[$0]?.mostTogether ?? 1) }
        batch.append(.claimFellows, queue.text, groupedKinds, most, lease, seconds, name)
    }

    /// When to come again for what somebody else has locked, in seconds.
    private static let lockPause = 0.25

    /// Tells of jobs whose workers were lost.
    private func noteLost(_ rows: Rows, of tenant: TenantID) throws {
        for row in rows {
            let (id, kind, state) = try row.read(PostgresUUID.self, String.self, String.self)
            metrics.expired.series(kind).increment()
            logger.warning(
                "job taken from a lost worker",
                [
                    "tenant": .string(tenant.text), "job": .string("\(id)"),
                    "kind": .string(kind), "state": .string(state),
                ]
            )
        }
    }

    /// Says when a tenant is to be visited next; nil if there is no need to.
    private func settle(_ taken: Taken, _ seconds: Double?) async throws {
        var batch = Batch()
        let tenant = taken.tenant.text
        if let seconds {
            let pause = max(seconds, 0)
            batch.append(.settleVisit, tenant, queue.text, taken.time, taken.hints, pause)
        } else {
            batch.append(.endVisits, tenant, queue.text, taken.time, taken.hints)
        }
        _ = try await database.nodePool(taken.node)
            .run(batch, as: nil, .writes, before: deadline)
    }
}
