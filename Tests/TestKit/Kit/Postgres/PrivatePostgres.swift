internal import Foundation
internal import Glibc

/// A Postgres server of this test run alone; it is stopped and removed when the run ends, however
/// it does.
///
/// It listens on a Unix socket, where everyone is trusted, and on TCP of this machine, where
/// passwords are asked for and TLS is spoken.
public final class PrivatePostgres: Sendable {
    /// Why there is no server.
    public struct Failure: Error, CustomStringConvertible {
        /// What went wrong.
        public let description: String
    }

    /// Where its files are.
    public enum Storage: String, Sendable {
        /// In memory, if the machine has a file system there with room.
        case memory
        /// On the disk, as those have them whose times are measured.
        case disk
    }

    /// Its folder: the Unix socket, `server.crt`, and `log` are here.
    public let folder: String
    /// The number in the socket's name, and the port on 127.0.0.1.
    public let port: UInt16

    /// Where the programs of its version are.
    ///
    /// What `PATH` has is Debian's script that looks for them, which takes longer than `psql` does.
    private let programs: String
    private let supervisor: Supervisor
    private let templates = Templates()

    /// The server that suites share which do not harm it; it is started when it is first asked for.
    public static var shared: PrivatePostgres {
        get async throws { try await sharedStart.value }
    }

    private static let sharedStart = Task { try await PrivatePostgres() }

    /// Starts a server; a second at most.
    ///
    /// - Parameters:
    ///   - storage: where its files are.
    ///   - settings: further ones, as `max_connections=5`.
    /// - Throws: ``Failure`` if it does not start.
    public init(on storage: Storage = .memory, settings: [String] = []) async throws {
        port = try FreePort.find()
        supervisor = try Supervisor(port: port, storage: storage, settings: settings)
        let line = try await supervisor.line()
        let words = line.split(separator: " ").map(String.init)
        guard words.count == 3, words[0] == "ready" else {
            throw Failure(description: "Postgres did not start: \(line)")
        }
        folder = words[1]
        programs = words[2]
    }

    /// Stops the server at once, as if it had crashed.
    public func stop() async throws { try await supervisor.command("stop") }

    /// Starts a server that was stopped.
    public func start() async throws { try await supervisor.command("start") }

    /// Runs SQL by `psql`, as the superuser.
    ///
    /// - Parameters:
    ///   - sql: any number of statements, each a transaction of its own.
    ///   - database: where.
    /// - Returns: what they print, unaligned, without heads.
    /// - Throws: ``Failure`` with the server's words.
    @discardableResult
    public func run(_ sql: String, in database: String = "postgres") async throws -> String {
        let output = try await OutsideProgram.run([
            programs + "/psql", "--host", folder, "--port", "\(port)", "--username", "postgres",
            "--dbname", database, "--no-psqlrc", "--quiet", "--tuples-only", "--no-align",
            "--set", "ON_ERROR_STOP=1", "--command", sql,
        ])
        guard output.status == 0 else { throw Failure(description: output.errors) }
        return output.text.trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// Makes a database, as a copy of one on which some SQL has been run, which is done once.
    ///
    /// - Parameter setUp: what makes the tables; databases with the same text are copies of one.
    /// - Returns: the database, which nobody else uses.
    /// - Throws: ``Failure`` with the server's words.
    public func makeDatabase(_ setUp: String = "") async throws -> TestDatabase {
        if setUp.isEmpty { return try await copy(of: "template0") }
        return try await makeDatabase(like: setUp) { try await $0.run(setUp) }
    }

    /// Makes a database, as a copy of one on which something has been done, which is done once.
    ///
    /// - Parameters:
    ///   - name: of what is done; databases of the same name are copies of one.
    ///   - setUp: what is done; it leaves no connection open.
    /// - Returns: the database, which nobody else uses.
    /// - Throws: ``Failure`` with the server's words; what the closure throws.
    public func makeDatabase(
        like name: String,
        setUp: @escaping @Sendable (TestDatabase) async throws -> Void
    ) async throws -> TestDatabase {
        try await copy(of: try await templates.name(for: name, on: self, setUp))
    }

    private func copy(of template: String) async throws -> TestDatabase {
        let name = "d_" + UUID().uuidString.lowercased().replacingOccurrences(of: "-", with: "")
        try await run("create database \(name) template \(template)")
        return TestDatabase(server: self, name: name)
    }
}

/// A database of a private server.
public struct TestDatabase: Sendable {
    /// The server.
    public let server: PrivatePostgres
    /// Its name.
    public let name: String

    /// A connection string for the Unix socket.
    ///
    /// - Parameter user: who logs in.
    /// - Returns: libpq's keywords and their values.
    public func dsn(user: String = "postgres") -> String {
        "host=\(server.folder) port=\(server.port) dbname=\(name) user=\(user)"
    }

    /// A connection string for TCP.
    ///
    /// - Parameters:
    ///   - user: who logs in.
    ///   - password: with which password.
    ///   - port: another port, as of a proxy.
    ///   - options: more keywords.
    /// - Returns: libpq's keywords and their values.
    public func tcpDSN(
        user: String,
        password: String,
        port: UInt16? = nil,
        options: String = ""
    ) -> String {
        "host=127.0.0.1 port=\(port ?? server.port) dbname=\(name) user=\(user) "
            + "password=\(password) \(options)"
    }

    /// Runs SQL by `psql`; see ``PrivatePostgres/run(_:in:)``.
    @discardableResult
    public func run(_ sql: String) async throws -> String {
        try await server.run(sql, in: name)
    }

    /// Begins to remove the database, of which nobody asks anything any more, with whoever is
    /// connected to it.
    public func drop() {
        // If it stays, it stays until its server ends.
        Task { try? await server.run("drop database if exists \(name) with (force)") }
    }
}

/// The databases that others are copied from.
private actor Templates {
    private var made: [String: Task<String, any Error>] = [:]

    func name(
        for key: String,
        on server: PrivatePostgres,
        _ setUp: @escaping @Sendable (TestDatabase) async throws -> Void
    ) async throws -> String {
        if let known = made[key] { return try await known.value }
        let name = "template_\(made.count)"
        let task = Task {
            try await server.run("create database \(name) template template0")
            try await setUp(TestDatabase(server: server, name: name))
            return name
        }
        made[key] = task
        return try await task.value
    }
}
