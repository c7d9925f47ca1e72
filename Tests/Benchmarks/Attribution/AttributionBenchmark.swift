import Foundation
import PathModels

/// A file of a million journeys read and credited by Markov chains, in turn with a program of C
/// that does nothing else and with ChannelAttribution; and how long other models take.
///
/// Times are those of a process from the file to the credit, without its start. The program of C
/// keeps no table of paths and knows one model; its credit is exact, as ours is.
/// ChannelAttribution simulates: its errors are printed below.
struct AttributionBenchmark {
    private let arguments: Arguments

    init(_ arguments: Arguments) { self.arguments = arguments }

    private static let cases = [
        (file: "aggregated", order: 1, goal: 100.0), (file: "aggregated", order: 3, goal: 200),
        (file: "raw", order: 1, goal: 200), (file: "raw", order: 3, goal: 250),
    ]

    func run() async throws -> Report {
        var rows: [Report.Row] = []
        var remarks: [String] = []
        for (file, order, goal) in Self.cases {
            let path = arguments.peers.appendingPathComponent("\(file).csv").path
            var ours = Peer(
                name: "ours",
                program: URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
            )
            var floor = Peer(name: "C", program: program("attribution"))
            var peer = Peer(name: "ChannelAttribution", program: program("venv/bin/python"))
            for _ in 0..<arguments.pairs {
                try ours.measure(["attribution-run", "--file", path, "--order", "\(order)"])
                try floor.measure([path, "\(order)"])
                try peer.measure([program("attribution.py").path, "measure", path, "\(order)"])
            }
            let name = "\(file), order \(order)"
            rows += [
                row(name, "nanoseconds", 1e6, ours, floor, .atMost(1.5), goal),
                row(name, "nanoseconds", 1e6, ours, peer, .atMost(0.1), goal),
                row(name, "kilobytes", 1e3, ours, peer, nil, 150),
            ]
            remarks += [ours, peer].map { one in
                let error = Self.error(one, of: floor)
                return "\(name), \(one.name): "
                    + String(format: "the share of a channel is off by at most %.2g", error)
            }
        }
        rows += try await others()
        return Report(
            benchmark: "attribution",
            note: "1,000,000 journeys, one thread, the file read too; medians of "
                + "\(arguments.pairs) pairs",
            rows: rows,
            remarks: remarks
        )
    }

    private func program(_ name: String) -> URL { arguments.peers.appendingPathComponent(name) }

    private func row(
        _ name: String,
        _ what: String,
        _ unit: Double,
        _ ours: Peer,
        _ peer: Peer,
        _ budget: Report.Budget?,
        _ goal: Double
    ) -> Report.Row {
        Report.Row(
            name,
            peer: peer.name,
            unit: what == "kilobytes" ? "MB" : "ms",
            pairs: zip(ours.runs, peer.runs).map {
                (($0[what] ?? .nan) / unit, ($1[what] ?? .nan) / unit)
            },
            budget: budget,
            goal: goal
        )
    }

    /// The largest difference of any channel's share in the last runs.
    private static func error(_ one: Peer, of other: Peer) -> Double {
        func shares(_ peer: Peer) -> [String: Double] {
            let credit = (peer.runs.last ?? [:]).filter {
                !["nanoseconds", "kilobytes"].contains($0.key)
            }
            let sum = credit.values.reduce(0, +)
            return credit.mapValues { $0 / sum }
        }
        let truth = shares(other)
        return shares(one).map { abs($1 - (truth[$0] ?? .nan)) }.max() ?? .nan
    }

    /// What has no peer: choosing an order, intervals, and Shapley values of 20 channels.
    private func others() async throws -> [Report.Row] {
        let table = try AttributionRun.read(program("aggregated.csv"))
        let broad = try Self.broad(table)
        let bootstrap = try Bootstrap(seed: 1, threads: 2)
        let clock = ContinuousClock()
        var times: [[Double]] = []
        for _ in 0..<arguments.pairs {
            let start = clock.now
            let order = try AutomaticMarkov().best(for: table).order
            let chosen = clock.now
            let estimates = try await bootstrap.estimates(of: Markov(), on: table)
            let estimated = clock.now
            let credit = try Shapley().credit(broad)
            let end = clock.now
            guard (1...6).contains(order), estimates.emptyReplicates == 0, credit.errors == nil
            else { throw Peer.Failure(description: "a model has gone another way") }
            times.append(
                [
                    start.duration(to: chosen), chosen.duration(to: estimated),
                    estimated.duration(to: end),
                ]
                .map { $0 / .milliseconds(1) }
            )
        }
        let names = [
            ("best order of 1 to 6", 2_000.0), ("200 replicates, order 1, 2 threads", 1_000),
            ("Shapley, 20 channels", 2_000),
        ]
        return names.enumerated().map { index, row in
            Report.Row(
                row.0,
                peer: "goal",
                unit: "ms",
                pairs: times.map { ($0[index], row.1) },
                goal: row.1
            )
        }
    }

    /// The same journeys with 20 channels: every second time some are called by another name.
    private static func broad(_ table: PathTable) throws -> PathTable {
        var broad = PathTable()
        for number in 0..<table.count {
            let path = table.path(number)
            var ids: [ChannelNames.ID] = []
            for touch in path.indices {
                let channel = Int(path[touch])
                let isOther = channel < 8 && (number + touch) % 2 == 0
                ids.append(try broad.channel("\(channel)\(isOther ? " other" : "")"))
            }
            try broad.append(
                ids.span,
                conversions: table.conversions[number],
                value: table.values[number],
                nulls: table.nulls[number]
            )
        }
        return broad
    }
}
