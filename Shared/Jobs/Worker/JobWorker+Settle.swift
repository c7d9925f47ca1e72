internal import Net
internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy

// How a worker writes down how attempts ended, and has those go on that waited for them.
extension JobWorker {
    /// Writes down how attempts ended, as often as it takes while the leases may hold.
    ///
    /// - Parameters:
    ///   - ended: jobs of one tenant, in the order of their ids if there are several.
    ///   - logger: where it is logged if that fails.
    /// - Returns: what metrics call each of them.
    func settle(_ ended: [(job: ClaimedJob, outcome: Outcome)], _ logger: Logger) async -> [String]
    {
        let verdicts = ended.map { job, outcome in
            let retries = handlers[job.kind]?.retries ?? JobRetryPolicy()
            return (job: job, verdict: Verdict(outcome, of: job, retries, errorMapping))
        }
        guard verdicts.contains(where: { $0.verdict.mustBeWritten }) else {
            return verdicts.map(\.verdict.name)
        }
        // The task may be cancelled; this must be written all the same.
        return await Task(executorPreference: loop) { [self] in
            guard await loop.arrive() else { return verdicts.map { _ in "interrupted" } }
            let end = loop.now.advanced(by: configuration.lease)
            while true {
                do {
                    return try await write(verdicts)
                } catch let error as RPCError where error.code != .unavailable {
                    // The tenant is not served any more: nobody may write for it.
                    logger.warning("end of a job not written", ["cause": .string("\(error)")])
                    break
                } catch {
                    logger.warning("end of a job not written", ["cause": .string("\(error)")])
                }
                guard await loop.arrive(), loop.now < end,
                    (try? await loop.sleep(for: .seconds(1))) != nil
                else { break }
            }
            return verdicts.map { $0.verdict.mustBeWritten ? "lost" : $0.verdict.name }
        }.value
    }

    /// Writes down how attempts ended, in one transaction.
    ///
    /// - Returns: what metrics call them: another name if its owner or another worker was faster.
    private func write(_ verdicts: [(job: ClaimedJob, verdict: Verdict)]) async throws -> [String] {
        guard let tenant = verdicts.first?.job.tenant else { return [] }
        return try await scope(of: tenant.id).transaction { transaction in
            var batch = Batch()
            for (job, verdict) in verdicts { verdict.append(to: &batch, job) }
            var rows = try await transaction.run(batch).makeIterator()
            var names: [String] = []
            var (hasEnded, pause) = (false, Duration?.none)
            for (_, verdict) in verdicts {
                guard verdict.mustBeWritten else {
                    names.append(verdict.name)
                    continue
                }
                guard let row = try rows.next()?.atMostOne() else {
                    names.append("lost")
                    continue
                }
                let state = try row.read(JobState.Stored.self, at: 0)
                names.append(state == .cancelled ? "cancelled" : verdict.name)
                if state != .waiting { hasEnded = true }
                if state == .waiting, let next = verdict.pause { pause = min(pause ?? next, next) }
            }
            if hasEnded { try await transaction.query(.stopDependants) }
            if let pause {
                try transaction.afterCommit { [self] in
                    jobs.hint(queue.text, in: tenant, after: pause)
                }
            }
            return names
        }
    }

    // MARK: Those that follow

    /// Adds what has those jobs go on that waited for others which end before it.
    func append(releaseOf ids: [JobID], _ lease: PostgresUUID, to batch: inout Batch) {
        batch.append(.releaseDependants, ids.map(\.uuid), lease)
    }

    /// Those of them that may be started: which queue is to be told, and when.
    func released(_ rows: Rows) throws(PostgresError) -> [(queue: String, delay: Duration)] {
        var released: [(queue: String, delay: Duration)] = []
        for row in rows {
            let (queue, state, delay) = try row.read(String.self, String.self, Double.self)
            if state == "waiting" { released.append((queue, Duration.seconds(delay).asPause)) }
        }
        return released
    }

    /// Tells of jobs that may be started now that this is committed.
    func tell(_ released: [(queue: String, delay: Duration)], in tenant: TenantEntry) {
        for (queue, delay) in released { jobs.hint(queue, in: tenant, after: delay) }
    }
}
