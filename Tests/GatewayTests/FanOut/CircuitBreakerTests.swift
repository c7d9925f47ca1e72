import Gateway
import TestKit
import Testing

@Suite("A circuit")
struct CircuitBreakerTests {
    private let clock = TestClock()

    private func circuit(failures: Int = 3) -> CircuitBreaker {
        var limits = CircuitBreaker.Limits()
        limits.failures = failures
        limits.window = .seconds(10)
        limits.rest = .seconds(5)
        return CircuitBreaker(limits)
    }

    /// Asks for a call that must be let through.
    private func pass(_ circuit: inout CircuitBreaker) throws -> CircuitBreaker.Ticket {
        guard case .pass(let ticket) = circuit.admit(at: clock.instant).admission else {
            throw Refused()
        }
        return ticket
    }

    private struct Refused: Error {}

    private func open(_ circuit: inout CircuitBreaker) throws {
        for last in [false, false, true] {
            let ticket = try pass(&circuit)
            #expect(circuit.failed(ticket, at: clock.instant) == (last ? .opened : nil))
        }
    }

    @Test("opens at the failure that is one too many, and says how long it rests")
    func opens() throws {
        var circuit = circuit()
        try open(&circuit)
        #expect(circuit.state == .open(until: clock.instant + .seconds(5)))
        clock.advance(by: .seconds(2))
        let (admission, change) = circuit.admit(at: clock.instant)
        #expect(admission == .refused(retryAfter: .seconds(3)) && change == nil)
    }

    @Test("forgets failures that are older than the window, and counts through successes")
    func window() throws {
        var circuit = circuit()
        for _ in 0..<10 {
            let ticket = try pass(&circuit)
            #expect(circuit.failed(ticket, at: clock.instant) == nil)
            clock.advance(by: .seconds(5))
        }
        let good = try pass(&circuit)
        #expect(circuit.succeeded(good) == nil)
        let (second, third) = (try pass(&circuit), try pass(&circuit))
        #expect(circuit.failed(second, at: clock.instant) == nil)
        #expect(circuit.failed(third, at: clock.instant) == .opened)
    }

    @Test("lets one probe through after its rest, which closes it or opens it again")
    func probe() throws {
        var circuit = circuit()
        try open(&circuit)
        clock.advance(by: .seconds(5))
        let (admission, change) = circuit.admit(at: clock.instant)
        #expect(change == .probing && circuit.state == .halfOpen)
        guard case .pass(let probe) = admission else { throw Refused() }
        #expect(circuit.admit(at: clock.instant).admission == .refused(retryAfter: .seconds(5)))
        #expect(circuit.failed(probe, at: clock.instant) == .opened)
        clock.advance(by: .seconds(5))
        let second = try pass(&circuit)
        #expect(circuit.succeeded(second) == .closed)
        #expect(circuit.state == .closed(failures: []))
        _ = try pass(&circuit)
    }

    @Test("is told nothing by calls that began before its last change")
    func staleCalls() throws {
        var circuit = circuit()
        let (slow, slower) = (try pass(&circuit), try pass(&circuit))
        try open(&circuit)
        #expect(circuit.succeeded(slow) == nil)
        #expect(circuit.state == .open(until: clock.instant + .seconds(5)))
        clock.advance(by: .seconds(5))
        let probe = try pass(&circuit)
        #expect(circuit.failed(slower, at: clock.instant) == nil)
        #expect(circuit.state == .halfOpen)
        #expect(circuit.succeeded(probe) == .closed)
    }

    @Test("has another probe made if one ends without telling anything")
    func abandonedProbe() throws {
        var circuit = circuit()
        try open(&circuit)
        clock.advance(by: .seconds(5))
        circuit.abandoned(try pass(&circuit), at: clock.instant)
        let (admission, change) = circuit.admit(at: clock.instant)
        guard case .pass(let probe) = admission else { throw Refused() }
        #expect(change == .probing)
        #expect(circuit.succeeded(probe) == .closed)
        // A call of a closed circuit that is given up counts as nothing.
        circuit.abandoned(try pass(&circuit), at: clock.instant)
        #expect(circuit.state == .closed(failures: []))
    }
}
