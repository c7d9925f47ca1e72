internal import Glibc
internal import Net

/// The folder in which an installation keeps all that is its own: the database, keys, settings,
/// logs, and what tells which of its programs run.
///
///     config/SERVICE.conf   settings, if someone writes any; `sextant.conf` is the process's own
///     installation.conf     the ports that were chosen
///     keys/                 secrets, for the owner only
///     logs/                 what the programs say
///     postgres/             the database and its socket
///     run/                  sockets, and the numbers of programs that run
struct DataFolder: Sendable, Equatable {
    /// Its path, absolute.
    let path: String

    /// The most bytes the path may have: the longest socket below it must fit its address.
    static let longestPath =
        SocketAddress.longestPath - "/postgres/socket/.s.PGSQL.5432".utf8.count

    /// The folder that is asked for.
    ///
    /// - Parameter option: its path; nil for that of the environment, else that of the user.
    /// - Throws: ``CommandFailure`` for a path that is too long for sockets.
    init(option: String?) throws(CommandFailure) {
        let chosen = option ?? Environment.value("SEXTANT_DATA") ?? Self.ofUser
        guard let path = Self.absolute(chosen), path != "/" else {
            throw .usage("'\(chosen)' is no folder", next: "sextant up --data FOLDER")
        }
        guard path.utf8.count <= Self.longestPath else {
            throw .usage(
                "the data folder's path is longer than \(Self.longestPath) bytes: \(path)",
                next: "sextant up --data SHORTER_FOLDER"
            )
        }
        self.path = path
    }

    /// Where a user's installation is: root's is below `/var/lib`, where the database's own user
    /// may come.
    private static var ofUser: String {
        if Account.isRoot { return "/var/lib/sextant" }
        let home = Environment.value("HOME") ?? Account.current?.home ?? "/tmp"
        return (Environment.value("XDG_STATE_HOME") ?? home + "/.local/state") + "/sextant"
    }

    private static func absolute(_ path: String) -> String? {
        guard !path.isEmpty, !path.utf8.contains(0) else { return nil }
        var full = path
        if !path.hasPrefix("/") {
            var buffer = [CChar](repeating: 0, count: 4_096)
            // The kernel writes at most the array's length, and ends the text with NUL.
            guard unsafe getcwd(&buffer, buffer.count) != nil else { return nil }
            let bytes = buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            full = String(decoding: bytes, as: UTF8.self) + "/" + path
        }
        var parts: [Substring] = []
        for part in full.split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    /// Whether `up` has ever run here.
    var exists: Bool { FileSystem.exists(installationFile) }

    var installationFile: String { path + "/installation.conf" }
    var keys: String { path + "/keys" }
    var logs: String { path + "/logs" }
    var run: String { path + "/run" }
    var postgres: String { path + "/postgres" }

    /// The settings that someone may have written for a service, or for the process.
    func settings(of name: String) -> String { "\(path)/config/\(name).conf" }

    /// The socket of a service.
    func socket(of service: String) -> String { "\(run)/\(service).sock" }

    /// The socket on which tenants and keys are administered.
    var administrationSocket: String { "\(run)/administration.sock" }

    /// The secret of a name.
    func key(_ name: String) -> String { "\(keys)/\(name)" }

    /// What an installation has in its folder, and a file system of its own.
    private static let ownNames: Set = [
        "config", "installation.conf", "installation.conf.new", "keys", "lock", "logs",
        "lost+found", "postgres", "run",
    ]

    /// Refuses a folder that is somebody's already: an installation ends with its folder, with all
    /// that is in it.
    ///
    /// - Throws: ``CommandFailure`` naming what is there.
    func refuseOthers() throws(CommandFailure) {
        if exists { return }
        let others = FileSystem.names(in: path).filter { !Self.ownNames.contains($0) }
        guard let first = others.first else { return }
        throw CommandFailure(
            what: "\(path) is no data folder: it has '\(first)' in it",
            next: "sextant up --data \(path)/sextant"
        )
    }

    /// Makes the folders that are not there.
    ///
    /// The database's own user must be able to pass through the outermost; what is secret has a
    /// folder of its own.
    ///
    /// - Throws: ``CommandFailure`` for a folder that is somebody's; `SystemError`.
    func make() throws {
        try refuseOthers()
        try FileSystem.makeFolder(path, mode: 0o711)
        try FileSystem.makeFolder(keys, mode: 0o700)
        try FileSystem.makeFolder(path + "/config", mode: 0o700)
        try FileSystem.makeFolder(logs, mode: 0o700)
        try FileSystem.makeFolder(run, mode: 0o700)
        try FileSystem.makeFolder(postgres, mode: 0o711)
    }

    // MARK: Programs

    /// A program that runs on.
    func daemon(_ name: String, stopSignal: Int32 = SIGTERM) -> Daemon {
        Daemon(
            name: name,
            lockFile: "\(run)/\(name).pid",
            logFile: "\(logs)/\(name).log",
            stopSignal: stopSignal
        )
    }

    /// The database, which stops fast: sessions are ended, nothing is lost.
    var database: Daemon { daemon("postgres", stopSignal: SIGINT) }
    /// The process that has the services.
    var services: Daemon { daemon("services") }
    /// The proxy before the gateway, which lets requests end.
    var edge: Daemon { daemon("edge", stopSignal: SIGQUIT) }

    /// All of them, in the order in which they stop.
    var daemons: [Daemon] { [edge, services, database] }

    /// Keeps other commands from changing the installation until the result is let go.
    ///
    /// - Returns: the lock.
    /// - Throws: ``CommandFailure`` if another command has it.
    func lock() throws -> InstallationLock {
        try InstallationLock(path + "/lock")
    }
}

/// The right to change an installation, of one command at a time.
struct InstallationLock: ~Copyable {
    private let file: Descriptor

    fileprivate init(_ path: String) throws {
        let flags = O_RDWR | O_CREAT | O_CLOEXEC
        let file = try Descriptor("open \(path)", unsafe open(path, flags, 0o600))
        guard flock(file.number, LOCK_EX | LOCK_NB) == 0 else {
            throw CommandFailure(
                what: "another command is changing this installation",
                next: "sextant status"
            )
        }
        self.file = file
    }
}
