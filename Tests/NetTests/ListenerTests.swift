import Glibc
import Testing
import Wire

@testable import Net

@Suite("A listener")
struct ListenerTests {
    /// Connects from a loop of the test's own.
    private func connect(to address: SocketAddress) throws -> SharedSocket {
        let socket = Socket(
            adopting: try SystemCalls.socket(family: address.family),
            peerAddress: address
        )
        _ = try SystemCalls.connect(socket.descriptor, to: address)
        return SharedSocket(socket)
    }

    private func addresses() -> [SocketAddress] {
        [
            .loopback(port: 0), .ipv6(high: 0, low: 1, scope: 0, port: 0),
            .unix(path: temporarySocketPath()),
        ]
    }

    @Test("gives each connection to a loop, whatever the kind of address")
    func accept() throws {
        let group = try EventLoopGroup(count: 3)
        defer { group.stop() }
        for address in addresses() {
            let gate = Gate()
            let seen = Journal<Bool>()
            let listener = try Listener(address: address, group: group) { loop, socket, peer in
                seen.add(loop.isCurrent && socket.peerAddress == peer)
                gate.open()
            }
            #expect(listener.boundAddress.port != 0)
            let clients = try (0..<50).map { _ in try connect(to: listener.boundAddress) }
            gate.pass(times: 50)
            #expect(seen.entries == Array(repeating: true, count: 50))
            #expect(listener.connections == 50 && clients.count == 50)
            for _ in 0..<50 { listener.connectionClosed(on: group.loops[0]) }
            #expect(listener.connections == 0)
            listener.stopAccepting()
            listener.stopAccepting()
            for loop in group.loops { loop.takeTurns(1) }
            #expect(
                try refusal(at: listener.boundAddress)
                    == (address.port == nil ? ENOENT : ECONNREFUSED)
            )
        }
    }

    /// The error of connecting to an address, 0 if there is none.
    private func refusal(at address: SocketAddress) throws -> Int32 {
        let socket = Socket(
            adopting: try SystemCalls.socket(family: address.family),
            peerAddress: nil
        )
        do {
            _ = try SystemCalls.connect(socket.descriptor, to: address)
        } catch {
            return error.code
        }
        // On loopback a refusal has come when the call returns.
        return SystemCalls.pendingError(socket.descriptor)
    }

    @Test("does not take an address that others listen at, nor a file that is no socket")
    func taken() throws {
        let group = try EventLoopGroup(count: 2)
        defer { group.stop() }
        let alone = try Socket.listening(
            on: .loopback(port: 0),
            backlog: 1,
            sharesPort: false
        )
        let unix = SocketAddress.unix(path: temporarySocketPath())
        let listener = try Listener(address: unix, group: group) { _, _, _ in }
        let inUse = SystemError("bind", code: EADDRINUSE)
        for address in [try SystemCalls.localAddress(alone.descriptor), unix] {
            #expect(throws: inUse) {
                try Listener(address: address, group: group) { _, _, _ in }
            }
        }
        #expect(throws: inUse) {
            try Listener(address: .unix(path: "/etc/passwd"), group: group) { _, _, _ in }
        }
        listener.stopAccepting()
    }

    @Test("replaces the file of a process that is gone, and removes its own only")
    func staleFile() throws {
        let group = try EventLoopGroup(count: 2)
        defer { group.stop() }
        let path = temporarySocketPath()
        do {
            // Closing a listening socket leaves its file.
            _ = try Socket.listening(on: .unix(path: path), backlog: 1, sharesPort: false)
        }
        #expect(try SystemCalls.socketFile(path)?.isSocket == true)
        let gate = Gate()
        let listener = try Listener(address: .unix(path: path), group: group) { _, _, _ in
            gate.open()
        }
        _ = try connect(to: .unix(path: path))
        gate.pass()
        try SystemCalls.unlink(path)
        let other = try Socket.listening(on: .unix(path: path), backlog: 1, sharesPort: false)
        listener.stopAccepting()
        #expect(try SystemCalls.socketFile(path)?.isSocket == true)
        #expect(other.descriptor >= 0)
        try SystemCalls.unlink(path)
    }

    @Test("refuses connections beyond its limit, and says so to their peers")
    func limit() throws {
        let group = try EventLoopGroup(count: 1)
        defer { group.stop() }
        let accepted = Journal<SharedSocket>()
        let gate = Gate()
        var configuration = ListenerConfiguration()
        configuration.maximumConnections = 2
        configuration.onRefuse = { _, socket, _ in
            let farewell: [UInt8] = Array("full".utf8)
            _ = try? SystemCalls.send(socket.descriptor, farewell.rawBytes)
            gate.open()
        }
        let listener = try Listener(
            address: .loopback(port: 0),
            group: group,
            configuration: configuration
        ) { _, socket, _ in
            accepted.add(SharedSocket(socket))
            gate.open()
        }
        let clients = try (0..<3).map { _ in try connect(to: listener.boundAddress) }
        gate.pass(times: 3)
        #expect(listener.connections == 2 && listener.refusals == 1)
        let loop = group.loops[0]
        let refused = clients[2].descriptor
        let text = loop.run {
            (try? loop.readBuffer.fill(from: refused)).flatMap(\.self).map { count in
                let buffer = loop.readBuffer
                return [UInt8](copying: buffer.bytes(count))
            }
        }
        #expect(text == Array("full".utf8))
        listener.connectionClosed(on: group.loops[0])
        let next = try connect(to: listener.boundAddress)
        gate.pass()
        #expect(listener.connections == 2 && next.descriptor >= 0)
        listener.stopAccepting()
    }

    @Test("spreads connections evenly, however the kernel chose")
    func evenSpread() throws {
        let group = try EventLoopGroup(count: 3)
        defer { group.stop() }
        let seen = Journal<Int>()
        let gate = Gate()
        let listener = try Listener(address: .loopback(port: 0), group: group) { loop, _, _ in
            seen.add(loop.index)
            gate.open()
        }
        let clients = try (0..<60).map { _ in try connect(to: listener.boundAddress) }
        gate.pass(times: clients.count)
        // Two loops may decide at the same moment, each by what it saw.
        for index in 0..<3 { #expect(seen.entries.count { $0 == index } >= 16) }
        #expect(group.loops.map(\.load).reduce(0, +) == 60)
        listener.stopAccepting()
    }

    @Test("hands connections from a busy loop to the idlest", arguments: [0, 1])
    func balancing(idle: Int) throws {
        let group = try EventLoopGroup(count: 2)
        defer { group.stop() }
        group.loops[1 - idle].addLoad(100)
        group.loops[idle].addLoad(1)
        let seen = Journal<Int>()
        let gate = Gate()
        let listener = try Listener(address: .loopback(port: 0), group: group) { loop, _, _ in
            seen.add(loop.isCurrent ? loop.index : -1)
            gate.open()
        }
        let clients = try (0..<40).map { _ in try connect(to: listener.boundAddress) }
        gate.pass(times: clients.count)
        #expect(seen.entries == Array(repeating: idle, count: 40))
        listener.stopAccepting()
    }

    @Test("pauses while descriptors have run out, and goes on when there are some")
    func outOfDescriptors() async {
        await #expect(processExitsWith: .success) {
            let group = try EventLoopGroup(count: 1)
            let gate = Gate()
            var configuration = ListenerConfiguration()
            configuration.shortestPause = .milliseconds(10)
            configuration.longestPause = .milliseconds(20)
            let listener = try Listener(
                address: .loopback(port: 0),
                group: group,
                configuration: configuration
            ) { _, _, _ in gate.open() }
            group.loops[0].takeTurns(2)
            let client = Socket(
                adopting: try SystemCalls.socket(family: AF_INET),
                peerAddress: nil
            )
            var limit = rlimit()
            // Both calls read and write the one structure.
            unsafe getrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit)
            let usual = limit.rlim_cur
            limit.rlim_cur = 1
            unsafe setrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit)
            _ = try SystemCalls.connect(client.descriptor, to: listener.boundAddress)
            while listener.pauses < 4 { group.loops[0].takeTurns(1) }
            let connectionsInShortage = listener.connections
            limit.rlim_cur = usual
            unsafe setrlimit(Int32(RLIMIT_NOFILE.rawValue), &limit)
            gate.pass()
            exit(connectionsInShortage == 0 && listener.connections == 1 ? 0 : 1)
        }
    }
}
