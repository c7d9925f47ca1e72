internal import Net
public import RPC

/// Asks several parts at once, under one deadline, and gives what has arrived.
///
/// What has not answered by the deadline is cancelled, and named as late; its service's circuit
/// counts that as a failure if the deadline is our own. Parts are asked in tasks of their own, at
/// most so many at a time, all of which have ended when it returns.
public enum FanOut {
    /// A part of an answer.
    public struct Part<Value: Sendable>: Sendable {
        /// What it is called in the answer, as `ingest/jobs`.
        public let name: String
        /// The service that is asked for it, whose circuit counts.
        public let service: String
        /// Asks for it; it ends soon once its task is cancelled.
        public let ask: @Sendable () async throws -> Value

        /// A part.
        ///
        /// - Parameters:
        ///   - name: what it is called in the answer.
        ///   - service: the service that is asked for it.
        ///   - ask: asks for it; it ends soon once its task is cancelled.
        public init(
            _ name: String,
            of service: String,
            _ ask: @escaping @Sendable () async throws -> Value
        ) {
            self.name = name
            self.service = service
            self.ask = ask
        }
    }

    /// What became of a part.
    public enum Outcome<Value: Sendable>: Sendable {
        /// It arrived.
        case arrived(Value)
        /// It did not.
        case missing(Failure)
    }

    /// Why a part is missing.
    public struct Failure: Sendable {
        /// The part's name.
        public let name: String
        /// What kind of failure it was.
        public let reason: Reason
        /// What the service said, or what is said in its stead.
        public let error: RPCError

        /// Kinds of failures.
        public enum Reason: Sendable, Hashable, CaseIterable {
            /// The service said no, or could not be reached.
            case failed
            /// It did not answer in time.
            case late
            /// It has kept failing, and was not asked.
            case circuitOpen
        }
    }

    /// How many parts are asked at a time.
    public static let mostAtOnce = 32

    /// Asks for all parts.
    ///
    /// - Parameters:
    ///   - parts: what is asked for.
    ///   - breakers: the circuits of the services.
    ///   - countsLateness: whether a service fails that is late: not if the caller had less
    ///     patience than we have.
    ///   - clock: waits until the deadline; a wait that is cancelled throws.
    /// - Returns: what became of each part, in their order.
    /// - Throws: `CancellationError` if the caller's own task is cancelled.
    public static func run<Value: Sendable>(
        _ parts: [Part<Value>],
        breakers: CircuitBreakers,
        countsLateness: Bool,
        untilDeadline clock: @escaping @Sendable () async throws -> Void
    ) async throws -> [Outcome<Value>] {
        var outcomes = [Outcome<Value>?](repeating: nil, count: parts.count)
        let isOver = Locked(false)
        await withTaskGroup(of: Event<Value>.self) { group in
            group.addTask {
                do {
                    try await clock()
                    return .deadline
                } catch {
                    return .stopped
                }
            }
            var next = 0
            func askNext() {
                guard next < parts.count else { return }
                let (place, part) = (next, parts[next])
                next += 1
                group.addTask {
                    .part(place, await outcome(of: part, breakers, countsLateness, isOver))
                }
            }
            while next < min(parts.count, mostAtOnce) { askNext() }
            var open = parts.count
            while open > 0, let event = await group.next() {
                switch event {
                case .part(let place, let outcome):
                    outcomes[place] = outcome
                    open -= 1
                    askNext()
                case .deadline:
                    isOver.withLock { $0 = true }
                    open = 0
                case .stopped: open = 0
                }
            }
            group.cancelAll()
        }
        try Task.checkCancellation()
        return zip(parts, outcomes).map { part, outcome in
            outcome ?? .missing(late(part.name))
        }
    }

    private enum Event<Value: Sendable>: Sendable {
        case part(Int, Outcome<Value>)
        case deadline
        case stopped
    }

    private static func outcome<Value: Sendable>(
        of part: Part<Value>,
        _ breakers: CircuitBreakers,
        _ countsLateness: Bool,
        _ isOver: Locked<Bool>
    ) async -> Outcome<Value> {
        do {
            let value = try await breakers.run(part.service, countsLateness: countsLateness) {
                do {
                    return try await part.ask()
                } catch {
                    // Whatever a part says when it is cancelled: its time was up.
                    throw isOver.withLock { $0 } ? late(part.name).error : error
                }
            }
            return .arrived(value)
        } catch let error as CircuitOpen {
            return .missing(Failure(name: part.name, reason: .circuitOpen, error: error.error))
        } catch let error as RPCError where error.code == .deadlineExceeded {
            return .missing(late(part.name))
        } catch {
            let said = error as? RPCError ?? .fault("\(error)")
            return .missing(Failure(name: part.name, reason: .failed, error: said))
        }
    }

    private static func late(_ name: String) -> Failure {
        Failure(
            name: name,
            reason: .late,
            error: RPCError(.deadlineExceeded, "\(name) did not answer in time")
        )
    }
}
