internal import Net

// How a session is known to be clean between those who have it to themselves.
extension Session {
    /// What a clean session is told by; session-level advisory locks are let go on the way.
    private static let fingerprintStatement = Statement(
        reserved: "session.fingerprint",
        """
        select concat_ws('|', session_user, current_user, current_setting('role'),
                current_setting('search_path'), current_setting('statement_timeout'),
                current_setting('lock_timeout'),
                current_setting('idle_in_transaction_session_timeout'),
                current_setting('TimeZone'), current_setting('DateStyle'),
                current_setting('default_transaction_read_only'),
                current_setting('default_transaction_isolation'),
                current_setting('session_replication_role'), current_setting('row_security'),
                current_setting('work_mem'), current_setting('synchronous_commit'),
                pg_my_temp_schema(), (select count(*) from pg_listening_channels()),
                (select count(*) from pg_cursors where is_holdable)),
            pg_advisory_unlock_all()
        """
    )

    /// What each session is told at first: the server is to look, while a statement runs, whether
    /// its client is still there.
    private static let setUpStatement = Statement(
        reserved: "session.set_up",
        "select set_config('client_connection_check_interval', '1s', false)"
    )

    /// Reads what this session looks like while it is clean.
    func setUp(before deadline: ContinuousClock.Instant) async throws(PostgresError) {
        var batch = Batch()
        batch.append(Self.setUpStatement)
        batch.append(Self.fingerprintStatement)
        let results = try await run(batch, schema: "", effect: .none, before: deadline).get()
        fingerprint = try Row(result: results[1], index: 0, queryName: "session.fingerprint")
            .read(String.self, at: 0)
    }

    /// Ends what transaction there may be, and looks whether the session is as it was.
    ///
    /// - Parameters:
    ///   - deadline: when it is given up.
    ///   - completion: told whether the session is clean; on the loop.
    func clean(before deadline: ContinuousClock.Instant, completion: @escaping (Bool) -> Void) {
        guard let libpq else { return completion(false) }
        var batch = Batch()
        if !libpq.isIdle || first != nil { batch.appendUnkept(.rollback) }
        batch.append(Self.fingerprintStatement)
        let flight = Flight(batch, schema: "", effect: .pending) { [self] outcome in
            guard case .success(let results) = outcome, let result = results.first,
                let text = try? Row(result: result, index: 0, queryName: "session.fingerprint")
                    .read(String.self, at: 0)
            else { return completion(false) }
            completion(text == fingerprint)
        }
        flight.expire(at: deadline, on: loop)
        send(flight)
    }

    /// Sends statements and waits for the answer.
    func run(
        _ batch: Batch,
        schema: String,
        effect: Flight.Effect,
        before deadline: ContinuousClock.Instant
    ) async -> Flight.Outcome {
        await Flight.run(batch, schema: schema, effect: effect, before: deadline, on: loop) {
            send($0)
        }
    }
}
