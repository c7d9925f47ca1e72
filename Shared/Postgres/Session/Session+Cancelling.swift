internal import Net

/// What is under way to have the server end what nobody waits for.
struct Cancelling {
    /// The flight that is to end.
    var target: ObjectIdentifier?
    var delay: Timer?
    var limit: Timer?
    /// Whether the server is being told.
    var isRunning = false

    /// Whether a new flight could be hit.
    var isDangerous: Bool { isRunning || delay != nil }

    mutating func flightLanded(_ flight: Flight) {
        if target == ObjectIdentifier(flight) { end() }
    }

    mutating func end() {
        target = nil
        delay?.cancel()
        delay = nil
        limit?.cancel()
        limit = nil
    }
}

extension Session {
    /// Has the server end a flight, as soon as it is the one that runs.
    ///
    /// libpq's call blocks, and hits whatever runs when it arrives: the flights behind may be hit
    /// instead, and are then sent again; none is added until the call has returned.
    func flightAbandoned(_ flight: Flight) {
        resumeReading()
        guard flight === first, cancelling.target == nil else { return }
        cancelling.target = ObjectIdentifier(flight)
        cancelling.limit = loop.schedule(after: limits.recovery) { [weak self] in
            self?.close(
                PostgresError(.connectionLost, "the server does not end a statement when told to")
            )
        }
        // A commit cannot be taken back: it is waited for.
        if flight.effect == .commit { return }
        cancelling.delay = loop.schedule(after: limits.cancelDelay) { [weak self] in
            self?.tellServer()
        }
    }

    private func tellServer() {
        cancelling.delay = nil
        guard !cancelling.isRunning, let cancellation = libpq?.makeCancellation() else { return }
        var behind = first?.next
        while let flight = behind {
            flight.mayBeHit = true
            behind = flight.next
        }
        cancelling.isRunning = true
        do throws(WorkerPoolError) {
            try blocking.submit { [self] in
                // Why it failed does not matter: the limit of time closes the session.
                _ = cancellation.run()
                loop.execute { self.serverTold() }
            }
        } catch {
            // Closing the socket ends what runs, once the server looks.
            close(PostgresError(.connectionLost, "no thread to cancel a statement: \(error)"))
        }
    }

    private func serverTold() {
        cancelling.isRunning = false
        guard !isClosed else { return }
        if let first, first.isAbandoned, first.effect != .commit {
            if cancelling.target == ObjectIdentifier(first) {
                // It came before the server had begun with the statement, and was for nothing.
                cancelling.delay = loop.schedule(after: limits.cancelRepeat) { [weak self] in
                    self?.tellServer()
                }
            } else {
                // The one it was meant for has ended by itself, and another is due.
                flightAbandoned(first)
            }
        }
        owner?.sessionAdvanced(self)
    }
}
