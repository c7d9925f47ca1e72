import Foundation
import Glibc

/// What the tests' own process holds, from the kernel's books.
///
/// Its figures mean something where nothing else runs: in an exit test, or where a bound is wide.
public enum ThisProcess {
    /// What the kernel no longer says of a process.
    public struct Unreadable: Error {
        /// The file under `/proc/self`.
        public let file: String
    }

    /// Memory that it occupies, in bytes.
    ///
    /// - Returns: Whole pages.
    /// - Throws: `Unreadable`, or the error of reading the file.
    public static func residentBytes() throws -> Int {
        let fields = try text("statm").split(separator: " ")
        guard fields.count > 1, let pages = Int(fields[1]) else {
            throw Unreadable(file: "statm")
        }
        return pages * Int(sysconf(Int32(_SC_PAGESIZE)))
    }

    /// The most memory that it has occupied so far, in bytes; never less again.
    ///
    /// - Returns: Whole kibibytes.
    /// - Throws: `Unreadable`, or the error of reading the file.
    public static func peakBytes() throws -> Int {
        let line = try text("status").split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
        guard let kibibytes = line?.split(separator: " ").compactMap({ Int($0) }).first else {
            throw Unreadable(file: "status")
        }
        return kibibytes << 10
    }

    /// How much freed memory it holds back, in bytes: a sanitizer does, to find who uses it still.
    public static var quarantineBytes: Int {
        // The name of a function of the sanitizer's runtime, looked up and not called.
        unsafe dlsym(nil, "__asan_init") == nil ? 0 : 256 << 20
    }

    /// How many descriptors are open.
    ///
    /// - Returns: The count, with the one that reads the folder.
    /// - Throws: The error of reading the folder.
    public static func descriptors() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
    }

    private static func text(_ file: String) throws -> String {
        try String(contentsOfFile: "/proc/self/\(file)", encoding: .utf8)
    }
}
