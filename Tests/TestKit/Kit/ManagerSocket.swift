internal import Foundation
internal import Glibc

/// The socket of a service manager, as systemd's, that a test reads.
public final class ManagerSocket: Sendable {
    /// As `NOTIFY_SOCKET` has it.
    public let path: String
    private let descriptor: Int32

    /// Listens at a new address.
    ///
    /// - Parameter isAbstract: whether it is a name, and no file.
    public init(isAbstract: Bool) {
        let name = "notify-\(UUID().uuidString)"
        path =
            isAbstract ? "@" + name : FileManager.default.temporaryDirectory.path + "/" + name
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var bytes = Array(path.utf8)
        if isAbstract { bytes[0] = 0 }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let count = socklen_t(2 + bytes.count + (isAbstract ? 0 : 1))
        // The structure is an address of the size that is told.
        let code = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                unsafe bind(descriptor, $0, count)
            }
        }
        precondition(code == 0, "a new name is free")
        // A test that waits in vain fails instead of hanging.
        var limit = timeval(tv_sec: 60, tv_usec: 0)
        let size = socklen_t(MemoryLayout<timeval>.size)
        // It reads the structure of the size that is told.
        let isLimited = unsafe setsockopt(descriptor, SOL_SOCKET, SO_RCVTIMEO, &limit, size) == 0
        precondition(isLimited, "every socket has such a limit")
    }

    deinit {
        close(descriptor)
        // It reads the path during the call.
        if path.hasPrefix("/") { _ = unsafe unlink(path) }
    }

    /// The next datagram, for which it blocks; nil if none comes in a minute.
    public func next() -> String? {
        var bytes = [UInt8](repeating: 0, count: 4_096)
        // It writes no more than the array has.
        let count = unsafe recv(descriptor, &bytes, bytes.count, 0)
        return count < 0 ? nil : String(decoding: bytes.prefix(count), as: UTF8.self)
    }
}
