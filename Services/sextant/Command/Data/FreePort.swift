internal import Glibc
internal import Net

/// Finds ports on which nobody listens.
enum FreePort {
    /// How many ports after the preferred one are tried.
    private static let attempts: UInt16 = 100

    /// A port: the preferred one, or the next free one.
    ///
    /// - Parameters:
    ///   - preferred: which is tried first.
    ///   - isFixed: whether it must be that one, as someone has asked for it.
    ///   - taken: those that are given away already.
    ///   - purpose: what it is for, in a failure.
    ///   - option: by which it is chosen.
    ///   - terminal: is told of a port that is taken, and by whom.
    /// - Returns: the port.
    /// - Throws: ``CommandFailure`` that names who holds a port that must be the one.
    static func find(
        _ preferred: UInt16,
        isFixed: Bool,
        besides taken: Set<UInt16>,
        for purpose: String,
        option: String,
        _ terminal: Terminal
    ) throws(CommandFailure) -> UInt16 {
        if !taken.contains(preferred), isFree(preferred) { return preferred }
        let holder = PortHolder.of(port: preferred).map { "\($0)" } ?? "nobody who can be named"
        if isFixed {
            throw CommandFailure(
                what: "port \(preferred) for \(purpose) is taken",
                cause: "held by \(holder)",
                next: "sextant up \(option) \(preferred < 65_535 ? preferred + 1 : 1_024)"
            )
        }
        for offset in 1...attempts where preferred <= .max - offset {
            let port = preferred + offset
            if !taken.contains(port), isFree(port) {
                terminal.note("port \(preferred) is held by \(holder): \(purpose) takes \(port)")
                return port
            }
        }
        throw CommandFailure(
            what:
                "ports \(preferred) to \(Int(preferred) + Int(attempts)) for \(purpose) are taken",
            cause: "the first is held by \(holder)",
            next: "sextant up \(option) PORT"
        )
    }

    /// Whether nobody listens on a port of any of this machine's addresses.
    private static func isFree(_ port: UInt16) -> Bool {
        if PortHolder.of(port: port) != nil { return false }
        let number = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard let probe = try? Descriptor("socket", number) else { return false }
        var yes: Int32 = 1
        let size = socklen_t(MemoryLayout<Int32>.size)
        unsafe setsockopt(probe.number, SOL_SOCKET, SO_REUSEADDR, &yes, size)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let count = socklen_t(MemoryLayout<sockaddr_in>.size)
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                // The kernel reads as many bytes during the call.
                unsafe bind(probe.number, $0, count)
            }
        } == 0
    }
}
