import Glibc
import Testing

@testable import Net

@Suite("A connector")
struct TransportConnectorTests {
    /// Connects and returns the peer's address or the error, in words.
    private func connect(
        to addresses: [SocketAddress],
        on loop: EventLoop,
        within limit: Duration = .seconds(60)
    ) -> (outcome: Journal<String>, gate: Gate) {
        let outcome = Journal<String>()
        let gate = Gate()
        loop.run {
            _ = TransportConnector(to: addresses, on: loop, within: limit) { result in
                switch consume result {
                case .success(let socket):
                    outcome.add(socket.peerAddress?.description ?? "nobody")
                case .failure(let error): outcome.add(error.description)
                }
                gate.open()
            }
            outcome.add("begun")
        }
        return (outcome, gate)
    }

    /// An address at which nobody listens.
    private func closedAddress() throws -> SocketAddress {
        let socket = try Socket.listening(on: .loopback(port: 0), backlog: 1, sharesPort: false)
        return try SystemCalls.localAddress(socket.descriptor)
    }

    @Test("takes the first address that answers, after its call has returned")
    func first() throws {
        let loop = try EventLoop()
        defer { loop.stop() }
        let closed = try closedAddress()
        let open = try Socket.listening(on: .loopback(port: 0), backlog: 8, sharesPort: false)
        let path = temporarySocketPath()
        defer { try? SystemCalls.unlink(path) }
        let unix = try Socket.listening(on: .unix(path: path), backlog: 8, sharesPort: false)
        let bound = try SystemCalls.localAddress(open.descriptor)
        for address in [bound, .unix(path: path)] {
            let (outcome, gate) = connect(to: [closed, address, closed], on: loop)
            gate.pass()
            #expect(outcome.entries == ["begun", address.description])
        }
        #expect(unix.descriptor != open.descriptor)
    }

    @Test("says what happened at each address")
    func faults() throws {
        let loop = try EventLoop()
        defer { loop.stop() }
        let closed = try closedAddress()
        let missing = SocketAddress.unix(path: temporarySocketPath())
        let (outcome, gate) = connect(to: [closed, missing], on: loop)
        gate.pass()
        #expect(
            outcome.entries.last
                == "\(closed): connect: Connection refused; "
                + "\(missing): connect: No such file or directory"
        )
        let (nothing, end) = connect(to: [], on: loop)
        end.pass()
        #expect(nothing.entries.last == "no address to connect to")
    }

    @Test("gives each address its part of the time, and can be cancelled")
    func timeLimit() throws {
        let clock = ManualClock()
        let loop = try EventLoop(index: 0) { clock.now }
        defer { loop.stop() }
        // A queue of one that is full: the kernel drops what else would connect.
        let full = try Socket.listening(on: .loopback(port: 0), backlog: 0, sharesPort: false)
        let address = try SystemCalls.localAddress(full.descriptor)
        var fillers: [SharedSocket] = []
        for _ in 0..<2 {
            let filler = Socket(
                adopting: try SystemCalls.socket(family: AF_INET),
                peerAddress: nil
            )
            _ = try SystemCalls.connect(filler.descriptor, to: address)
            fillers.append(SharedSocket(filler))
        }
        let (outcome, gate) = connect(to: [address, address], on: loop, within: .seconds(10))
        loop.takeTurns(3)
        clock.advance(by: .seconds(5))
        loop.takeTurns(3)
        #expect(outcome.entries == ["begun"])
        clock.advance(by: .seconds(5))
        loop.takeTurns(3)
        gate.pass()
        let timedOut = "\(address): connect: Connection timed out"
        #expect(outcome.entries == ["begun", timedOut + "; " + timedOut])

        let cancelled = Journal<String>()
        loop.run {
            let connector = TransportConnector(to: [address], on: loop, within: .seconds(1)) { _ in
                cancelled.add("told")
            }
            loop.schedule(after: .zero) { connector.cancel() }
        }
        loop.takeTurns(3)
        clock.advance(by: .seconds(2))
        loop.takeTurns(3)
        #expect(cancelled.entries == [] && fillers.count == 2)
    }

    @Test("tells of a loop that stops before the first attempt, or while the attempt runs")
    func stoppedLoop() throws {
        let full = try Socket.listening(on: .loopback(port: 0), backlog: 0, sharesPort: false)
        let address = try SystemCalls.localAddress(full.descriptor)
        for stopsAtOnce in [true, false] {
            let loop = try EventLoop()
            let outcome = Journal<String>()
            loop.run {
                _ = TransportConnector(to: [address], on: loop, within: .seconds(60)) { result in
                    switch consume result {
                    case .success: outcome.add("connected")
                    case .failure: outcome.add("failed")
                    }
                }
                if stopsAtOnce { loop.stop() }
            }
            loop.stop()
            #expect(outcome.entries.count == 1)
        }
    }
}
