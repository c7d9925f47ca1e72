internal import Foundation
internal import Glibc

/// What the threads of a proxy share.
final class ProxyState: @unchecked Sendable {
    // `@unchecked`: everything is touched with `condition` held.
    private let condition = NSCondition()
    private var faults = FaultProxy.Faults()
    private var passed = 0
    /// The connections, and how many of their two directions still run.
    private var connections: [Connection] = []

    private struct Connection {
        let client: Int32
        let server: Int32
        var directions = 2
    }

    private func locked<Value>(_ body: () -> Value) -> Value {
        condition.lock()
        defer { condition.unlock() }
        return body()
    }

    var bytesFromServer: Int { locked { passed } }

    func set(_ change: (inout FaultProxy.Faults) -> Void) {
        locked {
            change(&faults)
            condition.broadcast()
        }
    }

    func count(_ bytes: Int) { locked { passed += bytes } }

    /// Waits until bytes may pass.
    func waitToPass() -> FaultProxy.Faults {
        locked {
            while faults.isBlackHole { condition.wait() }
            return faults
        }
    }

    /// Holds a thread back, or until the faults change.
    func hold(for seconds: Double) {
        if seconds <= 0 { return }
        _ = locked { condition.wait(until: Date(timeIntervalSinceNow: seconds)) }
    }

    func add(_ client: Int32, _ server: Int32) {
        locked { connections.append(Connection(client: client, server: server)) }
    }

    /// Notes that one direction has ended; after the second the descriptors are closed.
    func remove(_ one: Int32, _ other: Int32) {
        locked {
            guard
                let index = connections.firstIndex(where: {
                    [$0.client, $0.server].contains(one) && [$0.client, $0.server].contains(other)
                })
            else { return }
            connections[index].directions -= 1
            guard connections[index].directions == 0 else { return }
            close(connections[index].client)
            close(connections[index].server)
            connections.remove(at: index)
        }
    }

    /// Ends all connections; their threads notice, and close them.
    func endAll(withReset isReset: Bool) {
        locked {
            for connection in connections {
                for descriptor in [connection.client, connection.server] {
                    if isReset { Self.reset(descriptor) }
                    _ = shutdown(descriptor, Int32(SHUT_RDWR))
                }
            }
        }
    }

    /// Has the kernel send a reset in place of an end: connecting to no address dissolves TCP.
    private static func reset(_ descriptor: Int32) {
        var nowhere = sockaddr()
        nowhere.sa_family = sa_family_t(AF_UNSPEC)
        // The kernel reads the address during the call only.
        _ = unsafe connect(descriptor, &nowhere, socklen_t(MemoryLayout<sockaddr>.size))
    }
}
