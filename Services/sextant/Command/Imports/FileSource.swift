internal import Glibc
internal import Net

/// A file as it is sent, or standard input.
final class FileSource {
    /// What it is called.
    let name: String
    /// How many bytes it has; nil if nobody knows.
    let size: Int64?

    private let file: Descriptor
    private let path: String

    /// Opens a file.
    ///
    /// - Parameters:
    ///   - path: where it is; `-` for standard input.
    ///   - command: whose help is named if there is none.
    /// - Throws: ``CommandFailure`` if it cannot be read.
    init(_ path: String, of command: String = "import") throws(CommandFailure) {
        self.path = path
        let opened = path == "-" ? "/dev/stdin" : path
        var status = stat()
        do throws(SystemError) {
            file = try Descriptor("open \(opened)", unsafe open(opened, O_RDONLY | O_CLOEXEC))
            // The kernel fills `status`.
            try SystemCall.check("fstat \(opened)", unsafe fstat(file.number, &status))
        } catch {
            throw .usage("\(path) cannot be read: \(error)", next: "sextant help \(command)")
        }
        if status.st_mode & S_IFMT == S_IFDIR {
            throw .usage("\(path) is a folder: name its files", next: "sextant help \(command)")
        }
        size = status.st_mode & S_IFMT == S_IFREG ? Int64(status.st_size) : nil
        let last = path.split(separator: "/").last ?? "file"
        name = path == "-" ? "standard input" : String(last.suffix(200))
    }

    /// Passes over the first bytes.
    ///
    /// - Parameter offset: how many.
    /// - Throws: ``CommandFailure`` if there are not so many.
    func skip(to offset: Int64) throws(CommandFailure) {
        if offset == 0 { return }
        if let size {
            guard offset <= size, lseek(file.number, off_t(offset), SEEK_SET) == offset else {
                throw .usage("\(path) has less than \(offset) bytes, which were sent before")
            }
            return
        }
        var rest = Int(offset)
        while rest > 0 {
            let passed = try next(min(rest, 1 << 20)).count
            if passed == 0 { throw .usage("\(path) has less than \(offset) bytes") }
            rest -= passed
        }
    }

    /// The next bytes; empty at the end.
    ///
    /// - Parameter count: how many at most.
    /// - Returns: so many, unless the file ends before.
    /// - Throws: ``CommandFailure`` if they cannot be read.
    func next(_ count: Int) throws(CommandFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: min(count, 1 << 20))
        while bytes.count < count {
            let wanted = min(piece.count, count - bytes.count)
            // At most the array's length.
            let got = unsafe read(file.number, &piece, wanted)
            if got < 0 && errno == EINTR { continue }
            if got < 0 {
                let error = SystemError("read \(path)", code: errno)
                throw .usage("\(path) cannot be read: \(error)")
            }
            if got == 0 { break }
            bytes += piece[..<got]
        }
        return bytes
    }
}
