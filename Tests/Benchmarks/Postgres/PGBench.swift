import TestKit

/// The benchmark that comes with Postgres.
enum PGBench {
    /// Runs one client with prepared statements.
    ///
    /// - Parameters:
    ///   - database: where.
    ///   - user: who logs in.
    ///   - transactions: how many: a limit of time needs a signal, which programs started here do
    ///     not get.
    ///   - arguments: what is done.
    /// - Returns: transactions a second.
    /// - Throws: an error if it fails.
    static func rate(
        _ database: TestDatabase,
        user: String = "postgres",
        transactions: Int,
        _ arguments: [String]
    ) async throws -> Double {
        let server = database.server
        let output = try await OutsideProgram.run(
            [
                "sh", "-c", "exec $(ls -d /usr/lib/postgresql/*/bin | tail -1)/pgbench \"$@\"",
                "pgbench", "--host", server.folder, "--port", "\(server.port)", "--username", user,
                "--no-vacuum", "--protocol", "prepared", "--client", "1",
                "--transactions", "\(transactions)",
            ] + arguments + [database.name]
        )
        guard
            let line = output.text.split(separator: "\n").first(where: { $0.hasPrefix("tps = ") }),
            let rate = Double(line.split(separator: " ")[2])
        else { throw Peer.Failure(description: "pgbench: \(output.text)\(output.errors)") }
        return rate
    }
}
