internal import Glibc

/// A socket that listens on a port of 127.0.0.1.
@safe
final class LocalListener: Sendable {
    /// A call that failed.
    struct Failure: Error {
        let call: String
        let code: Int32
    }

    let descriptor: Int32
    let port: UInt16

    /// Listens.
    ///
    /// - Parameter wanted: the port; 0 for one of the kernel's choice.
    /// - Throws: ``Failure``.
    init(port wanted: UInt16 = 0) throws(Failure) {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw Failure(call: "socket", code: errno) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = wanted.bigEndian
        address.sin_addr = in_addr(s_addr: UInt32(0x7f00_0001).bigEndian)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        // The address has `length` bytes, which the calls read and write.
        let isDone = unsafe withUnsafeMutablePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                unsafe bind(descriptor, generic, length) == 0 && listen(descriptor, 64) == 0
                    && getsockname(descriptor, generic, &length) == 0
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        guard isDone else {
            let code = errno
            close(descriptor)
            throw Failure(call: "bind", code: code)
        }
    }

    deinit {
        _ = close(descriptor)
    }

    /// The next connection; nil if the socket was shut down.
    func accept() -> Int32? {
        let accepted = Glibc.accept(descriptor, nil, nil)
        guard accepted >= 0 else { return nil }
        // Programs that the tests start must not hold connections open.
        _ = fcntl(accepted, F_SETFD, FD_CLOEXEC)
        return accepted
    }

    /// Has ``accept()`` return nil from now on, and new connections be refused.
    func shutDown() {
        _ = shutdown(descriptor, Int32(SHUT_RDWR))
    }
}
