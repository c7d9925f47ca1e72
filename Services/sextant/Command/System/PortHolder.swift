internal import Glibc

/// Who listens on a port of this machine, as `/proc` has it.
struct PortHolder: Equatable, CustomStringConvertible {
    /// The process; nil if this user may not know.
    let process: pid_t?
    /// Its command.
    let command: String?

    /// The process and its command in words.
    var description: String {
        guard let process else { return "a process of another user" }
        return "process \(process)" + (command.map { " (\($0))" } ?? "")
    }

    /// The holder of a port; nil if nobody listens there.
    static func of(port: UInt16) -> PortHolder? {
        guard
            let inode = listeners(of: "/proc/net/tcp", port)
                ?? listeners(of: "/proc/net/tcp6", port)
        else { return nil }
        let link = "socket:[\(inode)]"
        for name in FileSystem.names(in: "/proc") {
            guard let process = pid_t(name) else { continue }
            let folder = "/proc/\(name)/fd"
            let holds = FileSystem.names(in: folder).contains {
                FileSystem.target(of: "\(folder)/\($0)") == link
            }
            guard holds else { continue }
            let words = (try? FileSystem.read("/proc/\(name)/cmdline")) ?? nil
            let command = words.map {
                String(decoding: $0.map { $0 == 0 ? UInt8(ascii: " ") : $0 }, as: UTF8.self)
            }
            return PortHolder(process: process, command: command.map { String($0.prefix(80)) })
        }
        return PortHolder(process: nil, command: nil)
    }

    /// The inode of a socket that listens on a port, in a table of the kernel.
    private static func listeners(of table: String, _ port: UInt16) -> String? {
        guard let bytes = (try? FileSystem.read(table, upTo: 16 << 20)) ?? nil else { return nil }
        let text = String(decoding: bytes, as: UTF8.self)
        for line in text.split(separator: "\n").dropFirst() {
            let columns = line.split(separator: " ")
            // The state `0A` is that of listeners; addresses are `HEX:PORT`.
            guard columns.count > 9, columns[3] == "0A",
                let hex = columns[1].split(separator: ":").last, UInt16(hex, radix: 16) == port
            else { continue }
            return String(columns[9])
        }
        return nil
    }
}
