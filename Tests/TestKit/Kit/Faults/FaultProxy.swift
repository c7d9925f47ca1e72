internal import Foundation
internal import Glibc

/// Passes TCP connections on to a Unix socket or a port, and does to them what networks do.
///
/// It has two threads for each connection, one for each direction.
public final class FaultProxy: Sendable {
    /// Where connections go.
    public enum Upstream: Sendable {
        /// A port of 127.0.0.1.
        case port(UInt16)
        /// A Unix socket.
        case socket(path: String)
    }

    /// What is done to connections, old and new, from now on.
    public struct Faults: Sendable {
        /// How long each piece of bytes is held back, in seconds.
        public var delay = 0.0
        /// How many bytes pass in a second each way; nil for no limit.
        public var bytesPerSecond: Int?
        /// After how many bytes from the server each connection is closed; nil for never.
        public var cutAfter: Int?
        /// Whether bytes are kept back, and connections held open.
        public var isBlackHole = false

        /// Nothing.
        public init() {}
    }

    /// The port of 127.0.0.1 on which it listens.
    public let port: UInt16

    private let listener: LocalListener
    private let upstream: Upstream
    private let state = ProxyState()

    /// Begins to listen.
    ///
    /// - Parameter upstream: where connections go.
    /// - Throws: an error if there is no port.
    public init(to upstream: Upstream) throws {
        self.upstream = upstream
        listener = try LocalListener()
        port = listener.port
        Thread.detachNewThread { [listener, upstream, state] in
            while let client = listener.accept() {
                guard let server = Self.connect(upstream) else {
                    close(client)
                    continue
                }
                state.add(client, server)
                Thread.detachNewThread { Self.pump(client, to: server, isFromServer: false, state) }
                Thread.detachNewThread { Self.pump(server, to: client, isFromServer: true, state) }
            }
        }
    }

    deinit {
        stop()
    }

    /// Changes what is done to connections.
    public func set(_ change: (inout Faults) -> Void) { state.set(change) }

    /// How many bytes have come from the server on all connections.
    public var bytesFromServer: Int { state.bytesFromServer }

    /// Resets all connections there are: both ends get an error.
    public func reset() { state.endAll(withReset: true) }

    /// Closes all connections there are.
    public func closeAll() { state.endAll(withReset: false) }

    /// Refuses connections from now on, and closes those there are.
    public func stop() {
        listener.shutDown()
        state.set { $0.isBlackHole = false }
        closeAll()
    }

    private static func pump(
        _ source: Int32,
        to target: Int32,
        isFromServer: Bool,
        _ state: ProxyState
    ) {
        var piece = [UInt8](repeating: 0, count: 16_384)
        var passed = 0
        while true {
            // The kernel writes at most the array's length.
            var count = unsafe recv(source, &piece, piece.count, 0)
            guard count > 0 else { break }
            let faults = state.waitToPass()
            state.hold(
                for: faults.delay + (faults.bytesPerSecond.map { Double(count) / Double($0) } ?? 0)
            )
            if isFromServer, let limit = faults.cutAfter { count = min(count, limit - passed) }
            guard send(piece, count, to: target) else { break }
            passed += count
            if isFromServer {
                state.count(count)
                if let limit = faults.cutAfter, passed >= limit { break }
            }
        }
        // Wakes the other direction; the descriptors are closed when both have ended.
        _ = shutdown(source, Int32(SHUT_RDWR))
        _ = shutdown(target, Int32(SHUT_RDWR))
        state.remove(source, target)
    }

    private static func send(_ bytes: [UInt8], _ count: Int, to target: Int32) -> Bool {
        var sent = 0
        while sent < count {
            // The kernel reads at most what is left of the array.
            let part = unsafe bytes.withUnsafeBytes {
                unsafe Glibc.send(
                    target,
                    $0.baseAddress.map { unsafe $0 + sent },
                    count - sent,
                    Int32(MSG_NOSIGNAL)
                )
            }
            guard part > 0 else { return false }
            sent += part
        }
        return true
    }

    private static func connect(_ upstream: Upstream) -> Int32? {
        switch upstream {
        case .port(let port):
            var address = sockaddr_in()
            address.sin_family = sa_family_t(AF_INET)
            address.sin_port = port.bigEndian
            address.sin_addr = in_addr(s_addr: UInt32(0x7f00_0001).bigEndian)
            return unsafe withUnsafeBytes(of: address) { unsafe connect(AF_INET, $0) }
        case .socket(let path):
            var address = sockaddr_un()
            address.sun_family = sa_family_t(AF_UNIX)
            unsafe withUnsafeMutableBytes(of: &address.sun_path) {
                unsafe $0.copyBytes(from: path.utf8.prefix($0.count - 1))
            }
            return unsafe withUnsafeBytes(of: address) { unsafe connect(AF_UNIX, $0) }
        }
    }

    @unsafe
    private static func connect(_ family: Int32, _ address: UnsafeRawBufferPointer) -> Int32? {
        let kind = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
        let descriptor = socket(family, kind, 0)
        guard descriptor >= 0 else { return nil }
        // The kernel reads the address during the call only.
        let result = unsafe Glibc.connect(
            descriptor,
            address.baseAddress?.assumingMemoryBound(to: sockaddr.self),
            socklen_t(address.count)
        )
        if result == 0 { return descriptor }
        close(descriptor)
        return nil
    }
}
