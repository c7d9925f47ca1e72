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

    /// Its folder: the Unix socket, `server.crt`, and `log` are here.
    public let folder: String
    /// The number in the socket's name, and the port on 127.0.0.1.
    public let port: UInt16

    private let supervisor: Supervisor
    private let templates = Templates()

    /// The server that suites share which do not harm it; it is started when it is first asked for.
    public static var shared: PrivatePostgres {
        get async throws { try await sharedStart.value }
    }

    private static let sharedStart = Task { try await PrivatePostgres() }

    /// Starts a server; a second at most.
    ///
    /// - Parameter settings: further ones, as `max_connections=5`.
    /// - Throws: ``Failure`` if it does not start.
    public init(settings: [String] = []) async throws {
        port = try Self.freePort()
        supervisor = try Supervisor(port: port, settings: settings)
        let line = try await supervisor.line()
        guard line.hasPrefix("ready /") else {
            throw Failure(description: "Postgres did not start: \(line)")
        }
        folder = String(line.dropFirst("ready ".count))
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
            "psql", "--host", folder, "--port", "\(port)", "--username", "postgres", "--dbname",
            database, "--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set",
            "ON_ERROR_STOP=1", "--command", sql,
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
        let template = try await templates.name(for: setUp, on: self)
        let name = "d_" + UUID().uuidString.lowercased().replacingOccurrences(of: "-", with: "")
        try await run("create database \(name) template \(template)")
        return TestDatabase(server: self, name: name)
    }

    /// A port of 127.0.0.1 on which nobody listens.
    ///
    /// It is below those that the kernel gives to whoever asks for any, on either end of a
    /// connection: one of them may be taken before the server starts, or while it is stopped.
    private static func freePort() throws -> UInt16 {
        var failure: any Error = Failure(description: "no port was tried")
        for _ in 0..<100 {
            do {
                return try LocalListener(port: UInt16.random(in: 15_000..<32_000)).port
            } catch {
                failure = error
            }
        }
        throw failure
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
}

/// The databases that others are copied from.
private actor Templates {
    private var made: [String: Task<String, any Error>] = [:]

    func name(for setUp: String, on server: PrivatePostgres) async throws -> String {
        if setUp.isEmpty { return "template0" }
        if let known = made[setUp] { return try await known.value }
        let name = "template_\(made.count)"
        let task = Task {
            try await server.run("create database \(name) template template0")
            try await server.run(setUp, in: name)
            return name
        }
        made[setUp] = task
        return try await task.value
    }
}
