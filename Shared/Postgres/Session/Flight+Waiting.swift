internal import Net

extension Flight {
    /// Makes a flight, has it sent, and waits until it is answered.
    ///
    /// Only on the loop. If the task is cancelled, the flight is abandoned.
    static func run(
        _ batch: Batch,
        schema: String,
        effect: Effect,
        before deadline: ContinuousClock.Instant,
        on loop: EventLoop,
        send: (Flight) -> Void
    ) async -> Outcome {
        do throws(PostgresError) {
            try batch.check()
        } catch {
            return .failure(error)
        }
        let cancelled = PostgresError(
            .cancelled,
            "the caller was cancelled",
            query: batch.firstName
        )
        if Task.isCancelled, effect != .commit { return .failure(cancelled) }
        let promise = Promise<Outcome>()
        let flight = Flight(batch, schema: schema, effect: effect) { promise.fulfil($0) }
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                promise.continuation = continuation
                flight.expire(at: deadline, on: loop)
                send(flight)
            }
        } onCancel: {
            loop.execute { flight.abandon(cancelled) }
        }
    }

}
