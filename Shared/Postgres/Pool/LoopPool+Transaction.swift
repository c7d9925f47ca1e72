internal import Net

extension LoopPool {
    /// Runs a transaction; see ``PostgresPool``.
    func transaction<Value>(
        as scope: SessionScope?,
        _ options: TransactionOptions,
        before deadline: ContinuousClock.Instant,
        _ body: (PostgresTransaction) async throws -> Value
    ) async throws -> Value {
        let slot = try await lease(for: scope?.schema ?? "", before: deadline)
        let transaction = PostgresTransaction(slot.session, as: scope, options, before: deadline)
        // The closure may be busy with other things when the time is up.
        let timer = loop.schedule(after: loop.now.duration(to: deadline)) { [self] in
            end(transaction, on: slot, PostgresError(.deadlineExceeded, "the deadline has passed"))
        }
        do {
            let value = try await body(transaction)
            guard await loop.arrive() else { throw PostgresError.loopStopped }
            try await transaction.commit()
            timer.cancel()
            end(transaction, on: slot, PostgresError(.misuse, "the transaction is over"))
            return value
        } catch {
            if await loop.arrive() {
                timer.cancel()
                end(transaction, on: slot, PostgresError(.misuse, "the transaction is over"))
            }
            throw error
        }
    }

    private func end(_ transaction: PostgresTransaction, on slot: PoolSlot, _ reason: PostgresError)
    {
        guard let session = transaction.end(reason) else { return }
        session.abandonAll(reason)
        giveBack(slot)
    }
}
