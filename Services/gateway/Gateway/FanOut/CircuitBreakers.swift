internal import Net
internal import RPC
public import Telemetry

/// A circuit for each service that is asked, counted and logged.
///
/// May be used by any thread.
public final class CircuitBreakers: Sendable {
    private let limits: CircuitBreaker.Limits
    private let logger: Logger
    private let changes: MetricFamily<Counter>
    private let refusals: MetricFamily<Counter>
    private let now: @Sendable () -> ContinuousClock.Instant
    private let circuits = Locked<[String: CircuitBreaker]>([:])

    /// Closed circuits.
    ///
    /// - Parameters:
    ///   - limits: when each opens, and for how long.
    ///   - registry: where changes and refusals are counted; once for each registry.
    ///   - logger: where changes are logged.
    ///   - now: the monotonic clock.
    public init(
        _ limits: CircuitBreaker.Limits = CircuitBreaker.Limits(),
        registry: MetricRegistry,
        logger: Logger,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) {
        self.limits = limits
        self.logger = logger
        self.now = now
        changes = registry.counter(
            "gateway_circuit_changes_total",
            help: "How often the circuit of a service changed, by what it changed to.",
            labels: ["service", "state"]
        )
        refusals = registry.counter(
            "gateway_circuit_refusals_total",
            help: "Calls that were not made because the service's circuit was open.",
            labels: ["service"]
        )
    }

    /// Makes a call of a service, unless its circuit is open.
    ///
    /// - Parameters:
    ///   - service: which; the services of a process are few and known.
    ///   - countsLateness: whether a service fails that is late. It does not if the caller had less
    ///     patience than we have, or a stranger could close a service to everybody by having none.
    ///   - call: makes the call.
    /// - Returns: what the call returns.
    /// - Throws: ``CircuitOpen``, or what the call throws.
    public func run<Value: Sendable>(
        _ service: String,
        countsLateness: Bool,
        _ call: () async throws -> Value
    ) async throws -> Value {
        let ticket = try admit(service)
        do {
            let value = try await call()
            note(service) { circuit, _ in circuit.succeeded(ticket) }
            return value
        } catch {
            note(service) { circuit, now in
                switch Self.meaning(of: error, countsLateness) {
                case .fault: return circuit.failed(ticket, at: now)
                case .answer: return circuit.succeeded(ticket)
                case .nothing:
                    circuit.abandoned(ticket, at: now)
                    return nil
                }
            }
            throw error
        }
    }

    /// Where the circuit of a service is.
    public func state(of service: String) -> CircuitBreaker.State {
        circuits.withLock { $0[service]?.state } ?? .closed(failures: [])
    }

    private func admit(_ service: String) throws(CircuitOpen) -> CircuitBreaker.Ticket {
        let now = now()
        let (admission, change) = circuits.withLock { circuits in
            circuits[service, default: CircuitBreaker(limits)].admit(at: now)
        }
        if let change { tell(service, change) }
        switch admission {
        case .pass(let ticket): return ticket
        case .refused(let delay):
            refusals.series(service).increment()
            throw CircuitOpen(service: service, retryAfter: delay)
        }
    }

    private func note(
        _ service: String,
        _ body: (inout CircuitBreaker, ContinuousClock.Instant) -> CircuitBreaker.Change?
    ) {
        let now = now()
        let change = circuits.withLock { circuits in
            body(&circuits[service, default: CircuitBreaker(limits)], now)
        }
        if let change { tell(service, change) }
    }

    private func tell(_ service: String, _ change: CircuitBreaker.Change) {
        changes.series(service, change.rawValue).increment()
        logger.log(
            change == .opened ? .warning : .info,
            "circuit changed",
            ["service": .string(service), "state": .string(change.rawValue)]
        )
    }

    /// What an error says of the service that was asked.
    private enum Meaning {
        /// It does not work.
        case fault
        /// It works, and said no.
        case answer
        /// Nothing.
        case nothing
    }

    private static func meaning(of error: any Error, _ countsLateness: Bool) -> Meaning {
        guard let error = error as? RPCError else {
            return error is CancellationError ? .nothing : .fault
        }
        return switch error.code {
        case .cancelled: .nothing
        case .deadlineExceeded: countsLateness ? .fault : .nothing
        default: error.code.isDecided ? .answer : .fault
        }
    }
}

/// That a service is not asked for a while, for it has kept failing.
public struct CircuitOpen: Error, Sendable, Hashable {
    /// Which service.
    public let service: String
    /// After how long it is worth trying again.
    public let retryAfter: Duration

    /// What the caller of a method is told that needs the service.
    var error: RPCError {
        RPCError(.unavailable, "\(service) keeps failing and is not asked for a while")
    }
}
