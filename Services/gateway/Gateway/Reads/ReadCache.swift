internal import Crypto
internal import Net
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

/// Gives the answers of reads again, each to the tenant that got it: of methods whose contracts say
/// for how long they may be given.
///
/// An answer is one to the same request of the same method, by a caller with the same scopes, with
/// the same fields beside it. Those who ask for one that is being fetched wait for it. Whatever a
/// tenant changes through this gateway has all its answers forgotten, and none kept that was being
/// fetched meanwhile; what is changed in other ways is seen when the lifetime is over. The bytes
/// are bounded, those of one tenant by a quarter. May be used by any thread.
final class ReadCache: Sendable {
    /// What an answer is an answer to.
    struct Question: Hashable, Sendable {
        /// Whose answer it is.
        let tenant: TenantID
        /// Method, scopes, fields and request.
        let bytes: [UInt8]
    }

    /// A question that is asked since the tenant's last change.
    private struct Flight: Hashable, Sendable {
        let question: Question
        let section: Int
    }

    private let limit: Int
    private let lifetime: Duration
    private let outcomes: MetricFamily<Counter>
    private let now: @Sendable () -> ContinuousClock.Instant
    private let store: Locked<ReadStore>
    private let flights = SingleFlight<Flight, ForwardedAnswer>(maximumWaiting: 10_000)

    /// How long a change that has failed may still be made by who was asked for it.
    static let settling = Duration.seconds(1)

    /// Keeps nothing yet.
    ///
    /// - Parameters:
    ///   - limit: the most bytes of all answers, with what they are answers to.
    ///   - lifetime: how long an answer is kept at most, whatever its method says.
    ///   - registry: where it is counted how often an answer was there; once for each registry.
    ///   - now: the monotonic clock.
    init(
        upTo limit: Int,
        for lifetime: Duration,
        registry: MetricRegistry,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.limit = limit
        self.lifetime = lifetime
        self.now = now
        store = Locked(ReadStore(upTo: limit))
        outcomes = registry.counter(
            "gateway_reads_total",
            help: "Reads that may be answered from memory, by whether they were.",
            labels: ["outcome"]
        )
    }

    /// Whether answers of a method are kept.
    func keeps(_ method: MethodSchema) -> Bool {
        lifetime > .zero && limit > 0 && method.lifetime != nil
            && method.idempotency == .noSideEffects && method.streaming == .none
    }

    /// The answer to a question: one that is kept, or one that is fetched.
    ///
    /// - Parameters:
    ///   - question: what is asked.
    ///   - life: for how long the answer may be given again.
    ///   - isFresh: whether none that is kept will do.
    ///   - fetch: asks the service, in a task of its own.
    /// - Returns: the answer, with the fields `etag` and `cache-control`.
    /// - Throws: what `fetch` throws, or `CancellationError`.
    func answer(
        _ question: Question,
        for life: Duration,
        isFresh: Bool,
        by fetch: @escaping @Sendable () async throws -> ForwardedAnswer
    ) async throws -> ForwardedAnswer {
        let start = now()
        let (section, kept) = store.withLock { $0.look(up: question, at: start) }
        if let kept, !isFresh {
            outcomes.series("hit").increment()
            return kept
        }
        outcomes.series(isFresh ? "passed" : "miss").increment()
        let flight = Flight(question: question, section: section)
        if isFresh { flights.forget(flight) }
        let life = min(life, lifetime)
        do {
            return try await flights.value(of: flight) {
                // Another's may have come since this one was looked for.
                let late = isFresh ? nil : self.store.withLock { $0.look(up: question, at: start) }
                if let late = late?.answer { return late }
                // What is fetched is at least as new as this.
                let until = self.now().advanced(by: life)
                let answer = try Self.marked(try await fetch())
                let now = self.now()
                self.store.withLock { $0.keep(answer, question, section, until: until, at: now) }
                return answer
            }
        } catch is SingleFlightFull {
            return try Self.marked(try await fetch())
        }
    }

    /// An answer that is named by what it says, so that who has it need not be sent it again, and
    /// that has those who keep it ask whether it still is.
    private static func marked(_ answer: ForwardedAnswer) throws -> ForwardedAnswer {
        var answer = answer
        if answer.headers["etag"] == nil {
            // Weak: the same message is JSON for one caller, and CSV for another.
            let digits = "\(SHA256.digest(of: answer.message.bytes))".prefix(32)
            try answer.headers.add("etag", "W/\"\(digits)\"")
        }
        try answer.headers.add("cache-control", "private, no-cache")
        return answer
    }

    /// Forgets the answers of a tenant that changes something.
    ///
    /// - Parameters:
    ///   - tenant: which.
    ///   - isSettled: whether the change is over; one of which that is not known may go on.
    func changed(_ tenant: TenantID, isSettled: Bool) {
        let now = now()
        let opensAt = isSettled ? now : now.advanced(by: Self.settling)
        store.withLock { $0.forget(tenant, until: opensAt, at: now) }
    }

    /// How many bytes are kept.
    var cost: Int { store.withLock { $0.cost } }
}

// MARK: Calls

extension ReadCache: ForwardedAnswers {
    /// The largest request whose answer is kept.
    private static let mostRequestBytes = 16 << 10

    /// The answer to a call; see ``RPC/ForwardedAnswers``.
    func answer(
        to request: SharedBytes,
        of call: ServerCall,
        by fetch: @escaping @Sendable () async throws -> ForwardedAnswer
    ) async throws -> ForwardedAnswer {
        let method = call.method.schema
        guard let life = method.lifetime, request.count <= Self.mostRequestBytes else {
            return try await fetch()
        }
        let caller = try call.tenant
        var bytes = OutputBuffer()
        let fields = call.metadata.filtered(by: PassedFields.pass)
        for name in Set(fields.names).sorted() {
            for text in [name] + fields.values(name) { Self.append(text, to: &bytes) }
        }
        // No field is called like a path: with it the fields end.
        Self.append(method.path, to: &bytes)
        Self.append(caller.scopes.text, to: &bytes)
        bytes.append(request.bytes)
        return try await answer(
            Question(tenant: caller.tenant, bytes: Array(copying: bytes.bytes)),
            for: life,
            isFresh: call.metadata["cache-control"]?.contains("no-cache") ?? false,
            by: { try Self.checked(try await fetch(), method.output) }
        )
    }

    /// Refuses an answer that is no message: what is kept would be refused again and again.
    private static func checked(
        _ answer: ForwardedAnswer,
        _ schema: MessageSchema
    ) throws(RPCError) -> ForwardedAnswer {
        do throws(CodecError) {
            try schema.validate(answer.message.bytes)
        } catch {
            throw .unreadable(error, schema)
        }
        return answer
    }

    private static func append(_ text: String, to bytes: inout OutputBuffer) {
        bytes.appendFixed(UInt32(truncatingIfNeeded: text.utf8.count))
        bytes.append(text)
    }
}
