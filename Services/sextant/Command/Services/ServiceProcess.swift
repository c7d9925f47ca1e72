internal import Glibc
internal import Lifecycle
internal import Net
internal import Platform

/// The process that has the services, as the command sees it from outside.
struct ServiceProcess {
    private let folder: DataFolder
    private let installation: Installation

    init(_ folder: DataFolder, _ installation: Installation) {
        self.folder = folder
        self.installation = installation
    }

    /// How long the start may take.
    private static let startLimit = Duration.seconds(60)

    /// Starts the services, unless they run.
    ///
    /// - Returns: whether they were started now.
    /// - Throws: ``CommandFailure``: what is wrong with a configuration, or the last lines of the
    ///   log.
    func start() throws -> Bool {
        let daemon = folder.services
        if try daemon.running() != nil { return false }
        do throws(ServiceGroup.Misconfigured) {
            try HostedServices(folder, installation).group.check()
        } catch {
            throw CommandFailure(
                what: "the configuration of \(error.service ?? "the process") is wrong",
                cause: "\(error)",
                next: "edit \(folder.settings(of: error.service ?? "sextant")), then "
                    + "sextant up --data \(folder.path)"
            )
        }
        let notices = try NotifySocket(path: folder.run + "/notify.sock")
        do {
            var call = ProgramCall(
                path: try Self.program,
                arguments: ["serve", "--data", folder.path]
            )
            call.environment["NOTIFY_SOCKET"] = notices.path
            let child = try daemon.start(call)
            try daemon.awaitReady(child, within: Self.startLimit) { try notices.hasCome("READY=1") }
            return true
        } catch let fault as Daemon.Fault {
            throw CommandFailure(
                what: "the services did not start",
                cause: fault.sentence,
                log: daemon.lastLines(),
                next: "sextant logs --data \(folder.path)"
            )
        }
    }

    /// This very program, wherever it was started from.
    private static var program: String {
        get throws {
            guard let path = FileSystem.target(of: "/proc/self/exe") else {
                throw SystemError("readlink /proc/self/exe", code: errno)
            }
            return path
        }
    }
}

/// Takes what a program tells of itself as it would tell systemd; see sd_notify(3).
struct NotifySocket: ~Copyable {
    /// What the program finds in `NOTIFY_SOCKET`.
    let path: String
    private let socket: Descriptor

    init(path: String) throws(SystemError) {
        let kind = SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        let socket = try Descriptor("socket", Glibc.socket(AF_UNIX, Int32(kind), 0))
        try FileSystem.remove(path)
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        guard bytes.count < MemoryLayout.size(ofValue: address.sun_path) else {
            throw SystemError("bind \(path)", code: ENAMETOOLONG)
        }
        unsafe withUnsafeMutableBytes(of: &address.sun_path) { unsafe $0.copyBytes(from: bytes) }
        let count = socklen_t(MemoryLayout<sockaddr_un>.size)
        let code = unsafe withUnsafePointer(to: &address) { pointer in
            unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                // The kernel reads as many bytes during the call.
                unsafe bind(socket.number, $0, count)
            }
        }
        try SystemCall.check("bind \(path)", code)
        self.path = path
        self.socket = socket
    }

    deinit { _ = unsafe unlink(path) }

    /// Whether a line has come since it was asked last.
    func hasCome(_ line: String) throws(SystemError) -> Bool {
        var bytes = [UInt8](repeating: 0, count: 4_096)
        // The kernel writes at most the array's length.
        let count = unsafe recv(socket.number, &bytes, bytes.count, 0)
        if count < 0 {
            if errno == EAGAIN || errno == EINTR { return false }
            throw SystemError("recv", code: errno)
        }
        return String(decoding: bytes[..<count], as: UTF8.self)
            .split(separator: "\n").contains(line[...])
    }
}
