internal import Glibc

/// How much memory programs of this process may have together: the machine's, or less where a
/// control group, as a container's, sets a limit.
struct MachineMemory {
    let megabytes: Int

    /// What is left of the machine's memory by limits.
    ///
    /// - Parameters:
    ///   - physical: the machine's, in bytes.
    ///   - limits: what files of control groups say: a number of bytes, or `max` for none.
    init(physical: Int, limits: [String]) {
        let bytes = limits.compactMap { limit in
            Int(String(limit.prefix { !$0.isWhitespace }))
        }
        megabytes = bytes.reduce(physical, min) >> 20
    }

    /// This machine's, as this process sees it.
    static var here: MachineMemory {
        let pages = max(0, sysconf(Int32(_SC_PHYS_PAGES)))
        let pageSize = max(0, sysconf(Int32(_SC_PAGESIZE)))
        return MachineMemory(
            physical: pages * pageSize,
            limits: limitFiles.compactMap { (try? FileSystem.text($0)) ?? nil }
        )
    }

    /// The limits of this process's group, of all that it is in, and of what a container sees as
    /// the root.
    ///
    /// Source: the kernel's documentation, “Control Group v2”, `memory.max`; of version 1
    /// `memory.limit_in_bytes`, which has a number beyond all memory for no limit.
    private static var limitFiles: [String] {
        let root = "/sys/fs/cgroup"
        let groups = ((try? FileSystem.text("/proc/self/cgroup")) ?? nil) ?? ""
        let own = groups.split(separator: "\n").first { $0.hasPrefix("0::/") }?.dropFirst(3) ?? ""
        var files = ["\(root)/memory.max", "\(root)/memory/memory.limit_in_bytes"]
        var path = root
        for name in own.split(separator: "/") {
            path += "/\(name)"
            files.append(path + "/memory.max")
        }
        return files
    }
}
