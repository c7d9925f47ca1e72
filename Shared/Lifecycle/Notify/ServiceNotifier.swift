internal import Glibc
internal import Net

/// Tells systemd how the service is, by datagrams to the socket that it names in `NOTIFY_SOCKET`.
///
/// Source: sd_notify(3). Sockets of the file system and abstract ones are known. Telling never
/// waits: what the manager has no room for is lost, as sd_notify(3) allows.
public final class ServiceNotifier: Sendable {
    private let descriptor: Int32
    private let address: sockaddr_un
    private let addressCount: socklen_t

    /// Opens a socket to tell by.
    ///
    /// - Parameter path: where the manager listens: an absolute path, or `@` and a name.
    /// - Throws: ``ServiceNotifierError`` if that is no such address, or there is no descriptor.
    public init(path: String) throws(ServiceNotifierError) {
        (address, addressCount) = try Self.address(path)
        descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else {
            throw ServiceNotifierError(path: path, reason: "\(SystemError("socket", code: errno))")
        }
    }

    deinit { close(descriptor) }

    /// The notifier of this process; nil if nobody wants to be told.
    ///
    /// - Throws: ``ServiceNotifierError`` if `NOTIFY_SOCKET` holds something else.
    public static func ofProcess() throws(ServiceNotifierError) -> ServiceNotifier? {
        guard let path = ProcessEnvironment.value("NOTIFY_SOCKET"), !path.isEmpty else {
            return nil
        }
        return try ServiceNotifier(path: path)
    }

    /// Tells of a state.
    ///
    /// - Parameter states: lines of `NAME=value`.
    /// - Returns: why nobody was told; nil if the manager has it.
    @discardableResult
    public func tell(_ states: [State]) -> String? {
        let text = Array(states.map(\.line).joined(separator: "\n").utf8)
        let code = unsafe withAddress { address in
            // The kernel reads the text and the address, no more than they have, during the call.
            let flags = Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
            let sent = unsafe sendto(descriptor, text, text.count, flags, address, addressCount)
            return sent == text.count ? 0 : errno
        }
        return code == 0 ? nil : "\(SystemError("sendto", code: code))"
    }

    /// What systemd is told.
    public enum State: Sendable, Equatable {
        /// The service works.
        case ready
        /// The service stops.
        case stopping
        /// The service still lives.
        case watchdog
        /// What the service is about, in a line for people.
        case status(String)

        var line: String {
            switch self {
            case .ready: "READY=1"
            case .stopping: "STOPPING=1"
            case .watchdog: "WATCHDOG=1"
            case .status(let text): "STATUS=\(oneLine(text))"
            }
        }
    }

    private static func address(
        _ path: String
    ) throws(ServiceNotifierError) -> (sockaddr_un, socklen_t) {
        var bytes = Array(path.utf8)
        let isAbstract = bytes.first == UInt8(ascii: "@")
        guard isAbstract || bytes.first == UInt8(ascii: "/"), bytes.count > 1, !bytes.contains(0)
        else {
            throw ServiceNotifierError(path: path, reason: "neither an absolute path nor @name")
        }
        if isAbstract { bytes[0] = 0 }
        var address = sockaddr_un()
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        guard bytes.count < capacity else {
            throw ServiceNotifierError(path: path, reason: "longer than \(capacity - 1) bytes")
        }
        address.sun_family = sa_family_t(AF_UNIX)
        // Fewer bytes than there is room for; the rest stays zero.
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { place in
            unsafe place.copyBytes(from: bytes)
        }
        // The name of an abstract socket ends with the address; a path has a zero at its end.
        let end = isAbstract ? bytes.count : bytes.count + 1
        let start = MemoryLayout<sockaddr_un>.offset(of: \.sun_path) ?? 2
        return (address, socklen_t(start + end))
    }

    private func withAddress(_ body: (UnsafePointer<sockaddr>) -> Int32) -> Int32 {
        var address = address
        // A `sockaddr_un` is a `sockaddr` of its family, as the call takes it.
        return unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { unsafe body($0) }
        }
    }
}

/// Why systemd cannot be told anything.
public struct ServiceNotifierError: Error, Equatable, CustomStringConvertible {
    /// What `NOTIFY_SOCKET` holds.
    public let path: String
    /// What is wrong with it.
    public let reason: String

    /// The path and the reason.
    public var description: String { "NOTIFY_SOCKET = \(excerpt(path)): \(reason)" }
}
