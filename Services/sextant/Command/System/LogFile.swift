internal import Glibc
internal import Net

/// The logs of the data folder: files that programs add lines to.
enum LogFile {
    /// The most bytes that are looked at for the last lines.
    private static let window = 256 << 10

    /// The last lines of a file; none if it cannot be read, which is no reason to fail.
    static func lastLines(of path: String, _ count: Int) -> [String] {
        guard let file = try? Descriptor("open", unsafe open(path, O_RDONLY | O_CLOEXEC)) else {
            return []
        }
        let size = lseek(file.number, 0, SEEK_END)
        lseek(file.number, max(0, size - window), SEEK_SET)
        guard let bytes = try? file.readAll(upTo: 2 * window) else { return [] }
        return bytes.split(separator: UInt8(ascii: "\n")).suffix(count)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    /// How long a log gets before its lines are put aside.
    static let longest = 64 << 20

    /// Puts the lines of a log that has grown too long aside, in `PATH.1`; what was there is gone.
    ///
    /// Whoever adds to the log goes on at its start, as files that are added to do. Lines that come
    /// between the copy and the cut are lost.
    ///
    /// - Parameter path: the log.
    /// - Returns: whether it was too long.
    /// - Throws: `SystemError`.
    @discardableResult
    static func keepShort(_ path: String) throws(SystemError) -> Bool {
        guard let size = FileSystem.size(path), size > longest else { return false }
        let log = try Descriptor("open \(path)", unsafe open(path, O_RDWR | O_CLOEXEC))
        let flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC
        let old = try Descriptor("open \(path).1", unsafe open(path + ".1", flags, 0o640))
        var copied = 1
        while copied > 0 {
            copied = sendfile(old.number, log.number, nil, 1 << 20)
        }
        if copied < 0 { throw SystemError("sendfile", code: errno) }
        try SystemCall.check("ftruncate \(path)", ftruncate(log.number, 0))
        return true
    }
}
