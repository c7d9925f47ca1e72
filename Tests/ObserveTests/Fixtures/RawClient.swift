import Foundation
import Glibc
import Net

/// A TCP client that says what a test has it say, and no more.
final class RawClient: Sendable {
    private let descriptor: Int32

    /// Connects to a port of the loopback interface.
    init(port: UInt16) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        // The structure is an address of the size that is told.
        let code = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { pointer in
                unsafe connect(descriptor, pointer, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        if code != 0 { throw SystemError("connect", code: errno) }
    }

    deinit { close(descriptor) }

    /// Sends a few bytes.
    func send(_ text: String) {
        let bytes = Array(text.utf8)
        // It reads no more than the array has.
        _ = unsafe Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    }

    /// Reads until the other side closes, away from the tasks' own threads.
    func readToEnd() async -> String {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread { [descriptor] in
                var all: [UInt8] = []
                var piece = [UInt8](repeating: 0, count: 4_096)
                while true {
                    // It writes no more than the piece has room for.
                    let count = unsafe recv(descriptor, &piece, piece.count, 0)
                    guard count > 0 else { break }
                    all += piece[..<count]
                }
                continuation.resume(returning: String(decoding: all, as: UTF8.self))
            }
        }
    }
}
