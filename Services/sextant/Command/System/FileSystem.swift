internal import Glibc
internal import Net

/// Files and folders, small ones, by their paths.
enum FileSystem {
    /// Whether anything is there.
    static func exists(_ path: String) -> Bool {
        var status = stat()
        // The kernel fills `status`.
        return unsafe lstat(path, &status) == 0
    }

    /// Reads a file; nil if there is none.
    ///
    /// - Parameters:
    ///   - path: the file.
    ///   - limit: the most bytes that are read.
    /// - Returns: its bytes.
    /// - Throws: `SystemError`, also for a file that is longer.
    static func read(_ path: String, upTo limit: Int = 1 << 20) throws(SystemError) -> [UInt8]? {
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        if descriptor < 0, errno == ENOENT || errno == ENOTDIR { return nil }
        let file = try Descriptor("open \(path)", descriptor)
        return try file.readAll(upTo: limit)
    }

    /// The text of a small file; nil if there is none, or it is not UTF-8.
    static func text(_ path: String) throws(SystemError) -> String? {
        try read(path).flatMap { String(validating: $0, as: UTF8.self) }
    }

    /// Writes a file so that it is there as a whole or not at all, and survives a crash.
    ///
    /// - Parameters:
    ///   - path: the file, from the root; one that is there is replaced.
    ///   - text: what it holds.
    ///   - mode: who may do what with it.
    /// - Throws: `SystemError`.
    static func write(_ path: String, _ text: String, mode: mode_t) throws(SystemError) {
        let new = path + ".new"
        _ = unsafe unlink(new)
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
        let file = try Descriptor("open \(new)", unsafe open(new, flags, mode))
        // Whatever the mask of the process is.
        try SystemCall.check("fchmod \(new)", fchmod(file.number, mode))
        try file.write(Array(text.utf8))
        try SystemCall.check("fsync \(new)", fsync(file.number))
        try rename(new, to: path)
        // The name is kept by the folder.
        let slash = path.lastIndex(of: "/") ?? path.startIndex
        let parent = slash == path.startIndex ? "/" : String(path[..<slash])
        let folder = try Descriptor("open \(parent)", unsafe open(parent, O_RDONLY | O_CLOEXEC))
        try SystemCall.check("fsync \(parent)", fsync(folder.number))
    }

    /// Adds bytes to a file, which only its owner reads.
    static func append(_ path: String, _ bytes: [UInt8]) throws(SystemError) {
        let flags = O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW
        let file = try Descriptor("open \(path)", unsafe open(path, flags, 0o600))
        try file.write(bytes)
    }

    /// Gives a file or folder another name.
    static func rename(_ path: String, to other: String) throws(SystemError) {
        try SystemCall.check("rename \(path)", unsafe Glibc.rename(path, other))
    }

    /// Makes a folder, and those above it, unless they are there.
    ///
    /// - Parameters:
    ///   - path: the folder.
    ///   - mode: of it, if it is made now; those above it get 0755.
    /// - Throws: `SystemError`.
    static func makeFolder(_ path: String, mode: mode_t) throws(SystemError) {
        if let slash = path.lastIndex(of: "/"), slash != path.startIndex {
            let parent = String(path[..<slash])
            if !exists(parent) { try makeFolder(parent, mode: 0o755) }
        }
        if unsafe mkdir(path, mode) == 0 {
            try SystemCall.check("chmod \(path)", unsafe chmod(path, mode))
        } else if errno != EEXIST {
            throw SystemError("mkdir \(path)", code: errno)
        }
    }

    /// Makes a folder someone's.
    static func give(_ path: String, to account: Account) throws(SystemError) {
        try SystemCall.check("chown \(path)", unsafe chown(path, account.user, account.group))
    }

    /// Removes a file, if it is there.
    static func remove(_ path: String) throws(SystemError) {
        if unsafe unlink(path) != 0, errno != ENOENT {
            throw SystemError("unlink \(path)", code: errno)
        }
    }

    /// Removes a file, or a folder with all that is in it, if it is there; links are not followed.
    static func removeTree(_ path: String) throws(SystemError) {
        var status = stat()
        // The kernel fills `status`.
        guard unsafe lstat(path, &status) == 0 else { return }
        guard status.st_mode & S_IFMT == S_IFDIR else { return try remove(path) }
        for name in names(in: path) { try removeTree("\(path)/\(name)") }
        try SystemCall.check("rmdir \(path)", unsafe rmdir(path))
    }

    /// Where a link leads to; nil if it is none.
    static func target(of link: String) -> String? {
        var bytes = [CChar](repeating: 0, count: 4_096)
        // The kernel writes at most the array's length.
        let count = unsafe readlink(link, &bytes, bytes.count)
        return count < 0
            ? nil : String(decoding: bytes[..<count].map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    /// How many bytes a file has; nil if there is none.
    static func size(_ path: String) -> Int? {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? Int(status.st_size) : nil
    }

    /// Who may do what with a file; nil if there is none.
    static func mode(_ path: String) -> mode_t? {
        var status = stat()
        return unsafe stat(path, &status) == 0 ? status.st_mode & 0o7777 : nil
    }

    /// How many bytes are free where a folder is; nil if nobody can tell.
    static func freeBytes(at path: String) -> Int? {
        var status = statvfs()
        guard unsafe statvfs(path, &status) == 0 else { return nil }
        return Int(status.f_bavail) * Int(status.f_frsize)
    }

    /// Whether a file is there that this process may run.
    static func isProgram(_ path: String) -> Bool { unsafe access(path, X_OK) == 0 }

    /// The names in a folder, in order; none if there is no such folder.
    static func names(in folder: String) -> [String] {
        guard let handle = unsafe opendir(folder) else { return [] }
        defer { _ = unsafe closedir(handle) }
        var names: [String] = []
        while let entry = unsafe readdir(handle) {
            // The name ends in NUL, and stays until the next entry is read.
            let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
                unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
                    unsafe String(cString: $0)
                }
            }
            if name != ".", name != ".." { names.append(name) }
        }
        return names.sorted()
    }

    /// Finds a program as a shell does.
    ///
    /// - Parameters:
    ///   - name: of the program.
    ///   - folders: where else it is looked for, after those of `PATH`.
    /// - Returns: its path; nil if there is none.
    static func program(_ name: String, alsoIn folders: [String] = []) -> String? {
        let path = Environment.value("PATH") ?? ""
        return (path.split(separator: ":").map(String.init) + folders)
            .filter { $0.hasPrefix("/") }.map { "\($0)/\(name)" }.first { isProgram($0) }
    }
}

/// Calls of the system that fail by a negative number.
enum SystemCall {
    /// Checks what a call has returned.
    ///
    /// - Parameters:
    ///   - name: what was called.
    ///   - result: what it returned.
    /// - Throws: `SystemError`, of `errno`.
    static func check(_ name: @autoclosure () -> String, _ result: Int32) throws(SystemError) {
        let code = errno
        if result < 0 { throw SystemError(name(), code: code) }
    }
}

/// An open file, closed with its owner.
struct Descriptor: ~Copyable {
    let number: Int32

    /// Takes over what a call has opened.
    ///
    /// - Parameters:
    ///   - call: what was called.
    ///   - number: what it returned; negative if it failed.
    /// - Throws: `SystemError`, of `errno`.
    init(_ call: String, _ number: Int32) throws(SystemError) {
        try SystemCall.check(call, number)
        self.number = number
    }

    deinit { _ = close(number) }

    /// Reads to the end.
    func readAll(upTo limit: Int) throws(SystemError) -> [UInt8] {
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 16_384)
        while bytes.count <= limit {
            // The kernel writes at most the array's length.
            let count = unsafe Glibc.read(number, &piece, piece.count)
            if count == 0 { return bytes }
            if count > 0 {
                bytes += piece[..<count]
            } else if errno != EINTR {
                throw SystemError("read", code: errno)
            }
        }
        throw SystemError("read", code: EFBIG)
    }

    /// Writes all of some bytes.
    func write(_ bytes: [UInt8]) throws(SystemError) {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = unsafe rest.withUnsafeBytes { piece in
                // The kernel reads at most the slice's length.
                unsafe Glibc.write(number, piece.baseAddress, piece.count)
            }
            if count > 0 {
                rest = rest.dropFirst(count)
            } else if errno != EINTR {
                throw SystemError("write", code: errno)
            }
        }
    }
}
