internal import Net

// Answers, in the order of the flights.
extension Session {
    /// Takes all answers that are here.
    func receive(_ libpq: LibpqConnection) {
        while !isClosed, !isPaused, first != nil, !libpq.isBusy {
            guard let result = libpq.nextResult() else {
                // The end of a statement's results, or nothing is left.
                guard isEndDue else { break }
                isEndDue = false
                continue
            }
            take(result)
        }
        guard !isClosed else { return }
        while let (channel, payload) = libpq.nextNotification() {
            onNotification?(Notification(channel: channel, payload: payload))
        }
    }

    /// Goes on with rows that had been left.
    func resumeReading() {
        guard isPaused, let libpq else { return }
        setPaused(false)
        receive(libpq)
    }

    private func take(_ result: LibpqResult) {
        guard let flight = first else { return }
        switch result.status {
        case .sync: land()
        case .row:
            // A stream that was given up is read to its end, which a cancellation brings near.
            guard let rows = flight.rows, !flight.isOver else { return }
            if rows.add(result) { setPaused(true) }
        case .done:
            isEndDue = true
            note(result, for: flight)
        case .skipped:
            isEndDue = true
            if let answer = nextAnswer(of: flight), case .prepared(let kept) = answer {
                statements.forget(kept)
            }
        case .failed:
            isEndDue = true
            noteFailure(result, for: flight)
        case .copyIn, .copyOut:
            // No statement of a flight can begin one: COPY has a type of its own.
            close(PostgresError(.misuse, "a COPY was begun as a plain statement"))
        }
    }

    private func nextAnswer(of flight: Flight) -> Flight.Answer? {
        guard flight.answered < flight.due.count else { return nil }
        defer { flight.answered += 1 }
        return flight.due[flight.answered]
    }

    private func note(_ result: LibpqResult, for flight: Flight) {
        switch nextAnswer(of: flight) {
        case .prepared(let kept): statements.noteMade(kept)
        case .done(let step, _):
            if flight.batch.steps[step].isKept { flight.results.append(result) }
            if flight.effect == .commit {
                if result.tag == "COMMIT" {
                    flight.isCommitted = true
                } else {
                    let text = "a statement had failed before the commit"
                    flight.error = PostgresError(.rolledBack, text)
                }
            }
        case .ignored, nil: break
        }
    }

    private func noteFailure(_ result: LibpqResult, for flight: Flight) {
        let answer = nextAnswer(of: flight)
        var name = flight.batch.firstName
        switch answer {
        case .prepared(let kept):
            statements.forget(kept)
            if case .done(let step, _) = flight.due[flight.answered] {
                name = "\(flight.batch.steps[step].statement.name)"
            }
        case .done(let step, _): name = "\(flight.batch.steps[step].statement.name)"
        case .ignored, nil: break
        }
        let error = PostgresError(result, query: name)
        if flight.error == nil { flight.error = error }
        if case .done(_, let kept?) = answer, error.sqlState?.meansStaleStatement == true {
            statements.retire(kept)
        }
    }

    /// Ends the first flight, all of whose answers have come.
    private func land() {
        guard let flight = removeFirst() else { return }
        cancelling.flightLanded(flight)
        if flight.isOver {
            // Abandoned: nobody waits.
        } else if let error = flight.error, isReturnable(flight, error) {
            flight.startOver()
            if let owner {
                owner.session(self, returns: flight)
            } else {
                flight.finish(.failure(error))
            }
        } else if let error = flight.error {
            flight.finish(.failure(cause(of: error, in: flight)))
        } else {
            flight.finish(.success(flight.results))
        }
        if let first, first.isAbandoned { flightAbandoned(first) }
        if !isClosed { owner?.sessionAdvanced(self) }
    }

    /// Whether a flight failed for what others did, and surely did nothing.
    private func isReturnable(_ flight: Flight, _ error: PostgresError) -> Bool {
        guard flight.isSelfContained, !flight.isAbandoned, flight.attempts < 3,
            let state = error.sqlState
        else { return false }
        return state.meansStaleStatement || (flight.mayBeHit && state == .queryCanceled)
    }

    /// What the caller is told: of a statement that was cancelled, what it was cancelled for.
    private func cause(of error: PostgresError, in flight: Flight) -> PostgresError {
        guard error.sqlState == .queryCanceled, flight.effect != .commit else { return error }
        var cause = flight.reason ?? PostgresError(.deadlineExceeded, error.message)
        cause.queryName = error.queryName
        return cause
    }

    /// Ends a flight whose connection is lost.
    func fail(_ flight: Flight, _ error: PostgresError) {
        if flight.isOver { return }
        if flight.isCommitted { return flight.finish(.success(flight.results)) }
        if let known = flight.error, known.kind != .connectionLost {
            return flight.finish(.failure(cause(of: known, in: flight)))
        }
        // What the server said at last says more than that it is gone.
        let last = flight.error ?? error
        let isUnknown = flight.effect == .committed || flight.effect == .commit
        if flight.effect == .none, flight.attempts < 2, !flight.isAbandoned, let owner,
            error.kind == .connectionLost
        {
            flight.startOver()
            return owner.session(self, returns: flight)
        }
        flight.finish(
            .failure(
                PostgresError(
                    isUnknown ? .outcomeUnknown : last.kind,
                    last.message,
                    query: last.queryName ?? flight.batch.firstName,
                    report: last.report
                )
            )
        )
    }
}
