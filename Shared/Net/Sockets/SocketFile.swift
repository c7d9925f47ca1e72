internal import Glibc

/// The file by which a Unix socket is found, which the kernel does not remove by itself.
struct SocketFile: Sendable {
    private let path: String
    private let inode: UInt

    /// Notes the file of a socket that has just been bound.
    init(path: String) throws(SystemError) {
        guard let file = try SystemCalls.socketFile(path) else {
            throw SystemError("lstat", code: ENOENT)
        }
        self.path = path
        inode = file.inode
    }

    /// Removes the file, unless another has taken its place.
    func remove() {
        // Whatever is wrong with the file, there is nothing more to be done about it.
        guard let file = try? SystemCalls.socketFile(path), file.inode == inode else { return }
        try? SystemCalls.unlink(path)
    }

    /// Removes a file that a process left behind.
    ///
    /// - Throws: ``SystemError`` with `EADDRINUSE` if someone listens there or it is no socket.
    static func removeStale(at path: String) throws(SystemError) {
        guard let file = try SystemCalls.socketFile(path) else { return }
        guard file.isSocket else { throw SystemError("bind", code: EADDRINUSE) }
        let probe = Socket(adopting: try SystemCalls.socket(family: AF_UNIX), peerAddress: nil)
        do {
            _ = try SystemCalls.connect(probe.descriptor, to: .unix(path: path))
        } catch  where error.code == ECONNREFUSED {
            try SystemCalls.unlink(path)
            return
        } catch  where error.code == ENOENT {
            return
        } catch  where error.code == EAGAIN {
            // Its queue is full: someone listens.
        }
        throw SystemError("bind", code: EADDRINUSE)
    }
}
