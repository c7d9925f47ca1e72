import Foundation
import TestKit

/// Transactions of a tenant's scope in a pipeline on one connection, and COPY, in turn with a
/// program of C on libpq, and with pgbench.
struct PostgresBenchmark {
    private let arguments: Arguments
    private let seconds: Double

    init(_ arguments: Arguments) {
        self.arguments = arguments
        seconds = arguments.seconds ?? 2
    }

    func run() throws -> Report {
        try Waiting.run { try await measure() }
    }

    private func measure() async throws -> Report {
        let server = try await PrivatePostgres()
        let database = try await server.makeDatabase(PostgresOperations.setUp)
        let operations = try PostgresOperations(database)
        defer { operations.end() }
        var c = Peer(name: "C, libpq", program: arguments.peers.appendingPathComponent("postgres"))
        var ours: [[String: Double]] = []
        var pgbench: [Double] = []
        for _ in 0..<arguments.pairs {
            ours.append(try await operations.measure(seconds: seconds))
            try c.measure([database.dsn(), "\(seconds)"])
            pgbench.append(try await bench(database))
        }
        func row(
            _ what: String,
            _ operation: String,
            _ theirs: String,
            peer: String = "C, libpq",
            atLeast budget: Double? = nil
        ) throws -> Report.Row {
            let pairs = try zip(ours, c.runs).map { ours, c in
                guard let mine = ours[operation], let peers = c[theirs] else {
                    throw Peer.Failure(description: "\(c) did not measure \(theirs)")
                }
                return (ours: 1e6 / mine, theirs: 1e6 / peers)
            }
            return Report.Row(
                what,
                peer: peer,
                unit: "k/s",
                pairs: pairs,
                budget: budget.map { .atLeast($0) }
            )
        }
        return Report(
            benchmark: "postgres",
            note: "one connection on a Unix socket, 32 transactions in a pipeline, durable off; "
                + "medians of \(arguments.pairs) pairs",
            rows: [
                try row(
                    "scoped read",
                    "scoped",
                    "plain",
                    peer: "C: begin, select, commit",
                    atLeast: 0.6
                ),
                Report.Row(
                    "scoped read",
                    peer: "pgbench -S -M prepared -c 1",
                    unit: "k/s",
                    pairs: zip(ours, pgbench).map { (1e6 / ($0["scoped"] ?? .infinity), $1 / 1e3) },
                    budget: .atLeast(3)
                ),
                try row("scoped read", "scoped", "scoped", atLeast: 0.9),
                try row(
                    "other tenant each time",
                    "changing",
                    "plain",
                    peer: "C: begin, select, commit",
                    atLeast: 0.6
                ),
                try row("other tenant each time", "changing", "changing", atLeast: 0.9),
                try row("COPY in, rows", "copy", "copy", atLeast: 0.9),
            ]
        )
    }

    /// Transactions a second of one client of pgbench.
    private func bench(_ database: TestDatabase) async throws -> Double {
        let server = database.server
        let output = try await OutsideProgram.run([
            "sh", "-c", "exec $(ls -d /usr/lib/postgresql/*/bin | tail -1)/pgbench \"$@\"",
            "pgbench",
            "--host", server.folder, "--port", "\(server.port)", "--username", "postgres",
            "--no-vacuum", "--select-only", "--protocol", "prepared", "--client", "1",
            // By count, as a limit of time needs a signal, which programs started here do not get.
            "--transactions", "\(Int(seconds * 10_000))", database.name,
        ])
        guard
            let line = output.text.split(separator: "\n").first(where: { $0.hasPrefix("tps = ") }),
            let rate = Double(line.split(separator: " ")[2])
        else { throw Peer.Failure(description: "pgbench: \(output.text)\(output.errors)") }
        return rate
    }
}

/// Lets a program that is not asynchronous wait for what is.
enum Waiting {
    private final class Outcome<Value>: @unchecked Sendable {
        // `@unchecked`: written before the semaphore is signalled, read after.
        var result: Result<Value, any Error>?
    }

    /// Runs a closure to its end; not on a thread that tasks run on.
    static func run<Value>(_ body: @escaping @Sendable () async throws -> Value) throws -> Value {
        let semaphore = DispatchSemaphore(value: 0)
        let outcome = Outcome<Value>()
        Task {
            do {
                outcome.result = .success(try await body())
            } catch {
                outcome.result = .failure(error)
            }
            semaphore.signal()
        }
        semaphore.wait()
        guard let result = outcome.result else {
            throw Peer.Failure(description: "the benchmark ended without a result")
        }
        return try result.get()
    }
}
