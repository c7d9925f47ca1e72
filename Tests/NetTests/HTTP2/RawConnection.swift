import Glibc
import Net
import TestKit

/// A plain blocking connection that sends whatever bytes it is told to, as an attacker would.
final class RawConnection {
    private let descriptor: Int32
    private(set) var frames: [RawFrame] = []
    private var unread: [UInt8] = []
    /// Whether the server has closed the connection.
    private(set) var isClosed = false

    /// Connects to a port of this machine.
    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        // The kernel reads the address during the call.
        let status = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw SystemError("connect", code: errno) }
    }

    deinit { close(descriptor) }

    /// Sends bytes; false once the server does not take them any more.
    @discardableResult
    func send(_ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count && !isClosed {
            receive(waitingMilliseconds: 0)
            // A server that does not read must not hold the attacker, who has to read it.
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.send(
                    descriptor,
                    buffer.baseAddress?.advanced(by: sent),
                    buffer.count - sent,
                    Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
                )
            }
            if count > 0 {
                sent += count
            } else if errno == EAGAIN {
                receive(waitingMilliseconds: 10)
            } else {
                isClosed = true
            }
        }
        return !isClosed
    }

    /// Takes what has come, or waits for something.
    func receive(waitingMilliseconds: Int32) {
        var poller = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        // The kernel writes the one entry.
        while !isClosed, unsafe poll(&poller, 1, waitingMilliseconds) > 0 {
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = unsafe recv(descriptor, &buffer, buffer.count, 0)
            if count <= 0 {
                isClosed = true
                break
            }
            unread += buffer[..<count]
            while let frame = RawFrame(readingFrom: &unread) { frames.append(frame) }
        }
    }

    /// Reads until the server has closed the connection, for half a minute at most.
    ///
    /// - Returns: the code of its GOAWAY, if it sent one.
    func waitForEnd() -> UInt32? {
        for _ in 0..<300 where !isClosed { receive(waitingMilliseconds: 100) }
        return goAwayCode
    }

    /// The code of the last GOAWAY.
    var goAwayCode: UInt32? {
        frames.last { $0.kind == .goAway }.map { $0.number(at: 4) }
    }
}
