internal import Glibc
internal import Net
internal import Platform
internal import Postgres
internal import Schema

/// The Postgres server of an installation: its own cluster in the data folder, which nobody reaches
/// but by its socket.
///
/// Who may log in as whom is settled by the system's users (`peer`): there is no password to be
/// lost. PostgreSQL does not run as root; then it runs as `postgres`.
struct PrivateDatabase {
    private let folder: DataFolder
    private let programs: PostgresPrograms
    /// Who the server runs as, if that is someone else.
    private let account: Account?
    /// Who the services run as.
    private let owner: Account

    /// The platform's database.
    static let name = "sextant"
    /// What the socket is called after; nobody listens on it.
    private static let port = 5_432

    /// The server of a folder; nothing is made or started yet.
    ///
    /// - Parameter folder: of the installation.
    /// - Throws: ``CommandFailure`` if PostgreSQL is not installed, or nobody can run it.
    init(_ folder: DataFolder) throws(CommandFailure) {
        guard let programs = PostgresPrograms.find() else {
            throw CommandFailure(
                what: "PostgreSQL \(PostgresPrograms.lowestVersion) or newer is not installed",
                next: "apt-get install postgresql-15"
            )
        }
        guard let owner = Account.current else {
            throw CommandFailure(what: "the system has no name for the user of this process")
        }
        var account: Account?
        if Account.isRoot {
            guard let found = Account.named("postgres") else {
                throw CommandFailure(
                    what: "PostgreSQL does not run as root, and there is no user postgres",
                    next: "apt-get install postgresql-15"
                )
            }
            account = found
        }
        self.folder = folder
        self.programs = programs
        self.owner = owner
        self.account = account
    }

    private var cluster: String { folder.postgres + "/data" }
    private var socketFolder: String { Self.socketFolder(folder) }

    private static func socketFolder(_ folder: DataFolder) -> String { folder.postgres + "/socket" }

    /// How someone logs in.
    ///
    /// - Parameters:
    ///   - user: the role.
    ///   - folder: of the installation.
    /// - Returns: libpq's keywords.
    static func connectionString(_ user: String, in folder: DataFolder) -> String {
        let host =
            "'"
            + socketFolder(folder).replacing("\\", with: "\\\\")
            .replacing("'", with: "\\'") + "'"
        return "host=\(host) port=\(port) dbname=\(name) user=\(user)"
    }

    // MARK: Making it

    /// Makes the cluster, unless it is there.
    ///
    /// It is made under another name first: what an interrupted command has left is made anew.
    ///
    /// - Throws: ``CommandFailure`` with what initdb says.
    func make() throws {
        if let account {
            try FileSystem.give(folder.postgres, to: account)
        }
        try FileSystem.makeFolder(socketFolder, mode: 0o700)
        if let account { try FileSystem.give(socketFolder, to: account) }
        if !FileSystem.exists(cluster) {
            let new = folder.postgres + "/data.new"
            try FileSystem.removeTree(new)
            try run(
                programs.initdb,
                [
                    "--pgdata", new, "--username", "postgres", "--auth", "peer", "--encoding",
                    "UTF8", "--locale", "C", "--data-checksums", "--no-instructions",
                ]
            )
            try run(
                programs.postgres,
                ["--single", "-D", new, "postgres"],
                input: "create database \(Self.name) template template0\n"
            )
            try FileSystem.rename(new, to: cluster)
        }
        try writeAccess()
    }

    private func run(_ program: String, _ arguments: [String], input: String = "") throws {
        let output = try ChildProcess.run(
            ProgramCall(path: program, arguments: arguments, account: account),
            input: input
        )
        guard output.status == 0 else {
            throw CommandFailure(
                what: "the database cannot be made: \(program) ended with \(output.status)",
                log: output.text.split(separator: "\n").suffix(15).map(String.init),
                next: "sextant doctor --data \(folder.path)"
            )
        }
    }

    /// Writes who may log in: by the socket alone, the users of the server and of the services, as
    /// the roles that the platform has.
    private func writeAccess() throws {
        let users = Set([owner.name, account?.name ?? owner.name]).sorted()
        let roles = ["postgres"] + ClusterRoles.logins
        let lines = users.flatMap { user in roles.map { "sextant \"\(user)\" \($0)" } }
        try writeFile("pg_ident.conf", lines)
        try writeFile("pg_hba.conf", ["local all all peer map=sextant"])
    }

    private func writeFile(_ name: String, _ lines: [String]) throws {
        let path = "\(cluster)/\(name)"
        let text = lines.joined(separator: "\n") + "\n"
        if try FileSystem.text(path) == text { return }
        try FileSystem.write(path, text, mode: 0o600)
        if let account { try FileSystem.give(path, to: account) }
    }

    // MARK: Running it

    /// How long a start may take: after a crash the log is read again.
    private static let startLimit = Duration.seconds(120)

    /// Starts the server, unless it runs.
    ///
    /// - Returns: whether it was started now.
    /// - Throws: ``CommandFailure`` with the last lines of its log.
    func start() throws -> Bool {
        let daemon = folder.database
        if try daemon.running() != nil { return false }
        try removeStaleFiles(of: daemon)
        do {
            let call = ProgramCall(
                path: programs.postgres,
                arguments: ["-D", cluster, "-p", "\(Self.port)"]
                    + settings.flatMap { ["-c", $0] },
                account: account
            )
            let child = try daemon.start(call)
            try daemon.awaitReady(child, within: Self.startLimit) { isReady }
            return true
        } catch let fault as Daemon.Fault {
            throw CommandFailure(
                what: "Postgres did not start",
                cause: fault.sentence,
                log: daemon.lastLines(),
                next: "sextant doctor --data \(folder.path)"
            )
        }
    }

    /// Removes the files in which a server that was killed still says that it runs.
    ///
    /// The server itself would look for its number, which may be another's by now, or that of a
    /// dead process that nobody has buried. Here it is known to be over: the lock was that of all
    /// its processes. Files of a server that someone else has started are left alone.
    private func removeStaleFiles(of daemon: Daemon) throws {
        let last = try daemon.lastNumber()
        let files = ["\(cluster)/postmaster.pid", "\(socketFolder)/.s.PGSQL.\(Self.port).lock"]
        for file in files {
            guard let first = try FileSystem.text(file)?.prefix(while: { $0 != "\n" }),
                let number = pid_t(first), number == last
            else { continue }
            try FileSystem.remove(file)
        }
    }

    /// What the server is told beside its defaults, which are durable.
    private var settings: [String] {
        [
            "listen_addresses=", "unix_socket_directories=\(socketFolder)",
            "unix_socket_permissions=0700", "max_connections=128",
            "shared_buffers=\(Self.sharedMegabytes)MB", "max_wal_size=4GB",
            "checkpoint_timeout=15min",
            "password_encryption=scram-sha-256", "jit=off", "timezone=UTC", "log_timezone=UTC",
        ]
    }

    /// How much of its tables the server keeps: a part of the machine's memory, for pages of
    /// indexes that do not fit are written and read again for each group of events.
    private static var sharedMegabytes: Int {
        min(max(128, MachineMemory.here.megabytes / 16), 1_024)
    }

    /// Whether the server takes connections, as it says itself in the last line of its file.
    private var isReady: Bool {
        let status = (try? FileSystem.text("\(cluster)/postmaster.pid")) ?? nil
        return status?.split(separator: "\n").last?.hasPrefix("ready") ?? false
    }
}

extension Daemon.Fault {
    /// What happened, in words.
    var sentence: String {
        switch self {
        case .ended(let status): "it ended with status \(status)"
        case .notReady(let limit): "it was not ready within \(limit)"
        case .isRunning(let process): "it runs already, as process \(process)"
        }
    }
}
