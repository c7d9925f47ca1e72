internal import Glibc

/// A socket that listens, for a library of C that takes the connections itself.
package final class ListeningSocket: Sendable {
    /// Where it listens: the port is the one the kernel chose if it was asked to.
    package let boundAddress: SocketAddress

    private let socket: Socket
    private let file: SocketFile?

    /// Begins to listen.
    ///
    /// - Parameters:
    ///   - address: where; port 0 lets the kernel choose a port. A Unix socket's file is replaced
    ///     if nobody listens there.
    ///   - backlog: how many connections may wait to be accepted.
    /// - Throws: ``SystemError``, as `EADDRINUSE` if someone listens there.
    package init(address: SocketAddress, backlog: Int32) throws(SystemError) {
        if case .unix(let path) = address { try SocketFile.removeStale(at: path) }
        socket = try Socket.listening(on: address, backlog: backlog, sharesPort: false)
        if case .unix(let path) = address {
            file = try SocketFile(path: path)
            boundAddress = address
        } else {
            file = nil
            boundAddress = try SystemCalls.localAddress(socket.descriptor)
        }
    }

    /// Another descriptor of the same socket, which programs that are started do not get.
    ///
    /// - Returns: the descriptor, which is the caller's to close.
    /// - Throws: ``SystemError`` if there are no more descriptors.
    package func duplicate() throws(SystemError) -> Int32 {
        let descriptor = fcntl(socket.descriptor, F_DUPFD_CLOEXEC, 0)
        if descriptor < 0 { throw SystemError("fcntl", code: errno) }
        return descriptor
    }

    /// Removes the file of a Unix socket, unless another has taken its place.
    package func removeFile() { file?.remove() }
}
