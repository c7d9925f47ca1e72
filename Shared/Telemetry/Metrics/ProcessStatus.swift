internal import Glibc

/// What the kernel says about this process, from its files under `/proc`.
struct ProcessStatus: Equatable {
    /// Processor time of all threads, in ticks.
    let cpuTicks: UInt64
    /// When it started, in ticks since the machine did.
    let startTicks: UInt64
    /// Memory that is not swapped out, in pages.
    let residentPages: UInt64

    /// Reads the text of `/proc/self/stat` (proc(5)).
    ///
    /// Nil if it is not in that form.
    ///
    /// - Parameter text: begins with the number and the name of the process; the name may hold
    ///   anything, parentheses and spaces included.
    init?(stat text: String) {
        guard let nameEnd = text.lastIndex(of: ")") else { return nil }
        // The third field is the first after the name.
        let fields = text[text.index(after: nameEnd)...].split { $0 == " " || $0 == "\n" }
        guard fields.count > 21, let user = UInt64(fields[11]), let system = UInt64(fields[12]),
            let start = UInt64(fields[19]), let pages = UInt64(fields[21])
        else { return nil }
        cpuTicks = user &+ system
        startTicks = start
        residentPages = pages
    }

    /// This process at this moment; nil where there is no `/proc`.
    static var current: ProcessStatus? {
        contents(of: "/proc/self/stat").flatMap { ProcessStatus(stat: $0) }
    }

    /// When the machine started, in seconds since 1970; nil where there is no `/proc`.
    static var bootSeconds: UInt64? {
        contents(of: "/proc/stat").flatMap { bootSeconds(inStat: $0) }
    }

    /// Finds the line `btime` of the text of `/proc/stat`.
    static func bootSeconds(inStat text: String) -> UInt64? {
        text.split(separator: "\n").first { $0.hasPrefix("btime ") }
            .flatMap { UInt64($0.dropFirst(6)) }
    }

    /// How many descriptors are open; nil where there is no `/proc`.
    static var openDescriptors: Int? {
        // The directory is closed below, and an entry is not used after the next is read.
        guard let directory = unsafe opendir("/proc/self/fd") else { return nil }
        defer { unsafe closedir(directory) }
        var entries = 0
        while unsafe readdir(directory) != nil { entries += 1 }
        // Beside `.` and `..` there is the directory's own.
        return max(entries - 3, 0)
    }

    /// How many ticks there are in a second.
    static let ticksPerSecond = Double(max(sysconf(Int32(_SC_CLK_TCK)), 1))
    /// The bytes of a page.
    static let pageSize = Double(max(sysconf(Int32(_SC_PAGESIZE)), 1))

    /// The first 256 KiB of a file.
    private static func contents(of path: String) -> String? {
        // The path is a text that ends in NUL.
        let descriptor = unsafe open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 4_096)
        while bytes.count < 256 * 1_024 {
            // It writes no more than the piece has room for.
            let count = unsafe read(descriptor, &piece, piece.count)
            if count < 0 && errno == EINTR { continue }
            guard count >= 0 else { return nil }
            if count == 0 { break }
            bytes += piece[..<count]
        }
        return String(decoding: bytes, as: UTF8.self)
    }
}
