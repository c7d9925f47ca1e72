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
        let server = try await PrivatePostgres(on: .disk)
        let database = try await server.makeDatabase(PostgresOperations.setUp)
        let operations = try PostgresOperations(database)
        defer { operations.end() }
        var c = Peer(name: "C, libpq", program: arguments.peers.appendingPathComponent("postgres"))
        var ours: [[String: Double]] = []
        var pgbench: [Double] = []
        for _ in 0..<arguments.pairs {
            ours.append(try await operations.measure(seconds: seconds))
            try c.measure([database.dsn(), "\(seconds)"])
            let count = Int(seconds * 10_000)
            pgbench.append(
                try await PGBench.rate(database, transactions: count, ["--select-only"])
            )
        }
        var rows = try Self.rows(ours, c.runs, pgbench)
        rows.append(try await EnqueueBenchmark(seconds: seconds).run(pairs: arguments.pairs))
        for size in [1, 50] {
            let claims = try await ClaimBenchmark(together: size, seconds: seconds)
            rows.append(try await claims.run(pairs: arguments.pairs))
        }
        rows.append(try await ProvisioningBenchmark().run())
        return Report(
            benchmark: "postgres",
            note: "one connection on a Unix socket, 32 transactions in a pipeline, durable off; "
                + "medians of \(arguments.pairs) pairs",
            rows: rows,
            remarks: [
                "Beside pgbench the budget is 0.9 of what the C program reaches in the same run:",
                "one backend is busy all the time, and three times pgbench would leave it less",
                "time than its own part of a transaction takes (Tests/long-results.md).",
            ]
        )
    }

    /// The table of what was measured in turn.
    ///
    /// - Parameters:
    ///   - ours: nanoseconds by operation.
    ///   - theirs: likewise of the program of C.
    ///   - pgbench: transactions a second.
    /// - Returns: a row for each comparison.
    /// - Throws: an error if an operation was not measured.
    private static func rows(
        _ ours: [[String: Double]],
        _ theirs: [[String: Double]],
        _ pgbench: [Double]
    ) throws -> [Report.Row] {
        func row(
            _ what: String,
            _ operation: String,
            _ peersOperation: String,
            peer: String = "C, libpq",
            atLeast budget: Double? = nil
        ) throws -> Report.Row {
            let pairs = try zip(ours, theirs).map { ours, theirs in
                guard let mine = ours[operation], let peers = theirs[peersOperation] else {
                    throw Peer.Failure(description: "\(theirs) has no \(peersOperation)")
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
        let limit = Report.Row(
            "scoped read by C, libpq: the limit",
            peer: "pgbench -S -M prepared -c 1",
            unit: "k/s",
            pairs: zip(theirs, pgbench).map { (1e6 / ($0["scoped"] ?? .infinity), $1 / 1e3) }
        )
        return [
            try row(
                "scoped read",
                "scoped",
                "plain",
                peer: "C: begin, select, commit",
                atLeast: 0.6
            ),
            // What three times pgbench would need no client can have on one connection: the
            // server's process is busy all the time, and its own part of a transaction is more than
            // a third of pgbench's round trip. The limit is what the program of C reaches here.
            Report.Row(
                "scoped read",
                peer: "pgbench -S -M prepared -c 1",
                unit: "k/s",
                pairs: zip(ours, pgbench).map { (1e6 / ($0["scoped"] ?? .infinity), $1 / 1e3) },
                budget: .atLeast(0.9 * limit.ratio)
            ),
            limit,
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
