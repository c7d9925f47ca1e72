internal import Glibc
internal import Net

/// Small files that are read whole: configuration and secrets.
package enum BoundedFile {
    /// Why a file was not read, as `open: No such file or directory`.
    package struct Refusal: Error {
        /// The reason, in words.
        package let reason: String
    }

    /// Reads a file, through links.
    ///
    /// Only a regular one: a pipe could keep the service waiting, or never end.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - limit: the most bytes it may have.
    ///   - isPrivate: whether it must be the process's own, and nobody else may read or write it.
    /// - Returns: its bytes.
    /// - Throws: ``Refusal``.
    package static func read(
        _ path: String,
        upTo limit: Int,
        isPrivate: Bool = false
    ) throws(Refusal) -> [UInt8] {
        if path.isEmpty || path.utf8.contains(0) { throw Refusal(reason: "that is not a path") }
        // Not to wait for the writer of a pipe, which is refused below.
        // The kernel reads the path during the call only.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw Refusal(reason: text("open", errno)) }
        defer { _ = close(descriptor) }
        var status = stat()
        // The kernel fills `status`.
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw Refusal(reason: text("fstat", errno))
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw Refusal(reason: "it is not a regular file")
        }
        if isPrivate {
            guard status.st_uid == geteuid() else {
                throw Refusal(reason: "it belongs to another user")
            }
            guard status.st_mode & 0o077 == 0 else {
                throw Refusal(reason: "others may read or write it: expected mode 600")
            }
        }
        return try read(descriptor, upTo: limit)
    }

    private static func read(
        _ descriptor: Int32,
        upTo limit: Int
    ) throws(Refusal) -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16_384)
        while bytes.count <= limit {
            // The kernel writes at most the array's length.
            let count = unsafe Glibc.read(descriptor, &piece, piece.count)
            if count == 0 { return bytes }
            if count > 0 {
                bytes += piece[..<count]
            } else if errno != EINTR {
                throw Refusal(reason: text("read", errno))
            }
        }
        throw Refusal(reason: "it has more than \(limit) bytes")
    }

    private static func text(_ call: String, _ code: Int32) -> String {
        SystemError(call, code: code).description
    }
}
