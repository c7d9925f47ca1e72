import Foundation
import Net
import TestKit

/// How long it takes until something that has failed, or is forbidden, is so for everyone, with
/// the limits that programs have: seconds beside those that are asked.
struct FaultsBenchmark {
    private let arguments: Arguments

    /// - Parameter arguments: the pairs say how often each fault is caused.
    init(_ arguments: Arguments) { self.arguments = arguments }

    private var runs: Int { arguments.pairs }

    func run() throws -> Report {
        try Waiting.run { try await measure() }
    }

    private func measure() async throws -> Report {
        let rows = try await (arguments.isFloodsAlone ? [] : recoveries()) + floods()
        return Report(
            benchmark: "faults",
            note: "seconds from the fault to its end, \(runs) times each; theirs is the limit; of "
                + "floods the 99th percentile of another tenant's calls, and theirs is without",
            rows: rows
        )
    }

    /// How long faults are felt.
    private func recoveries() async throws -> [Report.Row] {
        var rows: [Report.Row] = []
        let keys = try await RevocationFault()
        rows += try await self.rows("key taken back, elsewhere", 5) { try await keys.cause($0) }
        let streams = try await SuspensionFault()
        rows += try await self.rows("stream of a suspended tenant", 10) {
            try await streams.cause($0)
        }
        await streams.end()
        let server = try await RestartFault()
        rows += try await self.rows("pool after the server's restart", 5) { _ in
            try await server.cause()
        }
        let workers = try await LostWorkerFault()
        rows += try await self.rows("job of a dead worker, lease 30 s", 35) {
            try await workers.cause($0)
        }
        return rows
    }

    /// What one tenant's floods are to another.
    private func floods() async throws -> [Report.Row] {
        let fault = try await FloodFault(arguments)
        var rows: [Report.Row] = []
        for flood in FloodFault.Flood.allCases {
            let times = try (0..<runs).map { _ in try fault.cause(flood) }
            rows.append(
                Report.Row(
                    "another's p99, \(flood.rawValue)",
                    peer: "no flood",
                    unit: "µs",
                    pairs: times.map { (ours: $0.with, theirs: $0.without) },
                    budget: .atMost(2, grace: 0)
                )
            )
        }
        fault.end()
        return rows
    }

    /// Causes a fault again and again.
    private func rows(
        _ what: String,
        _ limit: Double,
        _ cause: (Int) async throws -> Duration
    ) async throws -> [Report.Row] {
        var seconds: [Double] = []
        for run in 0..<runs { seconds.append(try await cause(run) / .seconds(1)) }
        func row(_ name: String, _ values: [Double]) -> Report.Row {
            Report.Row(
                "\(what), \(name)",
                peer: "limit",
                unit: "s",
                pairs: values.map { (ours: $0, theirs: limit) },
                budget: .atMost(1, grace: 0),
                goal: limit
            )
        }
        return [row("median", seconds), row("worst", seconds.max().map { [$0] } ?? [])]
    }
}

/// Looks again and again whether something has come true.
struct Patience {
    let group: EventLoopGroup

    /// It has not come true in a time in which it must.
    struct Exhausted: Error {}

    /// Waits until something has come true, which it looks for each two milliseconds.
    ///
    /// - Parameters:
    ///   - start: when the fault was caused.
    ///   - hasComeTrue: whether it has.
    /// - Returns: how long after the fault it had.
    /// - Throws: ``Exhausted`` after two minutes; what the closure throws.
    func time(
        since start: ContinuousClock.Instant,
        until hasComeTrue: () async throws -> Bool
    ) async throws -> Duration {
        let loop = group.next()
        return try await withTaskExecutorPreference(loop) {
            guard await loop.arrive() else { throw CancellationError() }
            while start.duration(to: .now) < .seconds(120) {
                if try await hasComeTrue() { return start.duration(to: .now) }
                try await loop.sleep(for: .milliseconds(2))
            }
            throw Exhausted()
        }
    }
}
