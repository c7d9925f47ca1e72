internal import Net

/// Statements on their way to the server and back, up to a sync of the pipeline: they fail
/// together.
///
/// It belongs to its loop. Whoever waits is answered once: by the server, or by ``abandon(_:)``.
final class Flight: @unchecked Sendable {
    // `@unchecked`: passed to the loop, used there only.

    typealias Outcome = Result<[LibpqResult], PostgresError>

    /// What is lost if the answer is.
    enum Effect {
        /// Nothing: it only reads, and the server holds it to that.
        case none
        /// Nothing yet: a transaction goes on around it.
        case pending
        /// It ends by committing what it did.
        case committed
        /// It commits what others did before it, and must not be cancelled.
        case commit
    }

    /// An answer that is due.
    enum Answer {
        case prepared(StatementCache.Kept)
        case done(step: Int, kept: StatementCache.Kept?)
        /// Of housekeeping between flights.
        case ignored
    }

    private enum State {
        case waiting, sent, over
    }

    let batch: Batch
    /// The schema under which statements are kept.
    let schema: String
    let effect: Effect
    /// Takes the rows of its only statement one by one; nil to collect them.
    let rows: RowBuffer?

    private var completion: ((Outcome) -> Void)?
    private var state = State.waiting
    private var timer: Timer?
    private(set) var session: Session?
    /// Why there was no connection for it until its time was up.
    var whyUnsent: (() -> PostgresError?)?

    var next: Flight?
    var due: [Answer] = []
    var answered = 0
    var results: [LibpqResult] = []
    var error: PostgresError?
    /// Whether its transaction is surely committed.
    var isCommitted = false
    /// Whether nobody waits for the answer any more, or it is to be hurried.
    private(set) var isAbandoned = false
    /// What it was abandoned for.
    private(set) var reason: PostgresError?
    /// Whether it may be hit by a cancellation that is meant for another.
    var mayBeHit = false
    var attempts = 1

    init(
        _ batch: Batch,
        schema: String,
        effect: Effect,
        rows: RowBuffer? = nil,
        completion: @escaping (Outcome) -> Void
    ) {
        self.batch = batch
        self.schema = schema
        self.effect = effect
        self.rows = rows
        self.completion = completion
    }

    /// Whether somebody still waits.
    var isOver: Bool { state == .over }

    /// Whether all of it can be sent again if it surely did nothing.
    var isSelfContained: Bool { effect == .none || effect == .committed }

    /// Abandons it at a time, unless it is over by then.
    func expire(at deadline: ContinuousClock.Instant, on loop: EventLoop) {
        timer = loop.schedule(after: loop.now.duration(to: deadline)) { [weak self] in
            self?.abandon(PostgresError(.deadlineExceeded, "the deadline has passed"))
        }
    }

    func begin(on session: Session) {
        self.session = session
        state = .sent
    }

    /// Makes it as if it had not been sent.
    func startOver() {
        session = nil
        state = .waiting
        due.removeAll(keepingCapacity: true)
        answered = 0
        results = []
        error = nil
        mayBeHit = false
        attempts += 1
    }

    /// Answers whoever waits, once.
    func finish(_ outcome: Outcome) {
        state = .over
        timer?.cancel()
        timer = nil
        whyUnsent = nil
        let completion = completion.take()
        completion?(outcome)
    }

    /// Gives it up: the caller is answered now, or, if what it did might last, as soon as that is
    /// known.
    func abandon(_ reason: PostgresError) {
        guard state != .over, !isAbandoned else { return }
        let isCancellation = reason.kind == .cancelled
        if effect == .commit && isCancellation { return }
        isAbandoned = true
        self.reason = reason
        guard state == .sent, let session else {
            let isLate = reason.kind == .deadlineExceeded
            return finish(.failure(named(isLate ? whyUnsent?() ?? reason : reason)))
        }
        switch effect {
        case .none, .pending:
            finish(.failure(named(reason)))
        case .committed, .commit:
            timer?.cancel()
            timer = session.loop.schedule(after: session.limits.answerGrace) { [weak self] in
                self?.giveUpWaiting()
            }
        }
        session.flightAbandoned(self)
    }

    private func giveUpWaiting() {
        let text = "the time was up before the answer to a commit came"
        finish(.failure(named(PostgresError(.outcomeUnknown, text))))
    }

    private func named(_ error: PostgresError) -> PostgresError {
        var error = error
        if error.queryName == nil { error.queryName = batch.firstName }
        return error
    }
}
