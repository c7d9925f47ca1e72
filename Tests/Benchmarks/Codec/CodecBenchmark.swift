import Foundation
import TestMessages
import Wire

/// The codec on a batch of 10,000 events, binary and JSON, against protobuf C++ and libprotobuf-c,
/// both with arenas, in turn.
struct CodecBenchmark {
    private let arguments: Arguments
    private let operations: CodecOperations
    private let rows: EventRows
    private let folder: URL
    /// How long each operation is repeated in each turn.
    private let seconds: Double

    private static let eventCount = 10_000
    private static let seed: UInt64 = 1

    init(_ arguments: Arguments) throws {
        self.arguments = arguments
        let batch = EventBatchGenerator.batch(count: Self.eventCount, seed: Self.seed)
        operations = try CodecOperations(batch)
        rows = EventRows(batch)
        folder = arguments.peers
        seconds = arguments.seconds ?? 0.3
        try check()
        try Data(Array(copying: operations.bytes.bytes)).write(to: file("batch.bin"))
        try Data(Array(copying: operations.json.bytes)).write(to: file("batch.json"))
    }

    private func file(_ name: String) -> URL { folder.appendingPathComponent(name) }

    /// Makes sure that all roads lead to the same bytes before any is timed.
    private func check() throws {
        let written = rows.encode(capacity: 0)
        let message = try Message<TestingV1.EventBatch.View>(json: operations.json.bytes)
        guard written == operations.bytes, message.canonicalBytes() == operations.bytes else {
            throw Peer.Failure(description: "the operations disagree about the batch")
        }
    }

    func run() throws -> Report {
        var cplusplus = Peer(name: "protobuf C++, arena", program: file("codec-c++"))
        var c = Peer(name: "libprotobuf-c, arena", program: file("codec-c"))
        var ours: [[String: Double]] = []
        let inputs = [file("batch.bin").path, file("batch.json").path, "\(seconds)"]
        for _ in 0..<arguments.pairs {
            ours.append(try measureOurs())
            try cplusplus.measure(inputs)
            try c.measure(inputs)
        }
        let text = MixedText()
        let texts = (0..<arguments.pairs).map { _ in text.measure(seconds: seconds) }
        let table = Comparison(
            ours: ours,
            binary: operations.bytes.count,
            json: operations.json.count
        )
        return Report(
            benchmark: "codec",
            note: "\(Self.eventCount) events, seed \(Self.seed): \(operations.bytes.count) bytes, "
                + "\(operations.json.count) as JSON; medians of \(arguments.pairs) pairs",
            rows: [
                try table.row("decode views", "decode", cplusplus, atLeast: 2, goal: 1_200),
                try table.row("encode by writer", "encode", cplusplus, atLeast: 2, goal: 2_000),
                try table.row("decode values", "decode-values", cplusplus, as: "decode"),
                try table.row("encode values", "encode-values", cplusplus, as: "encode"),
                try table.row("JSON to message", "json-decode", cplusplus, atLeast: 3),
                try table.row("message to JSON", "json-encode", cplusplus, atLeast: 3),
                try table.row("decode views", "decode", c),
                try table.row("encode by writer", "encode", c),
                Report.Row(
                    "UTF-8 of mixed text",
                    peer: "String(validating:)",
                    speedOf: texts,
                    bytes: text.count
                ),
            ]
        )
    }

    /// Our measurements, from which rows with peers are made.
    private struct Comparison {
        let ours: [[String: Double]]
        let binary: Int
        let json: Int

        func row(
            _ what: String,
            _ operation: String,
            _ peer: Peer,
            as theirOperation: String? = nil,
            atLeast budget: Double? = nil,
            goal: Double? = nil
        ) throws -> Report.Row {
            let pairs = try zip(ours, peer.runs).map { ours, theirs in
                guard let mine = ours[operation], let peers = theirs[theirOperation ?? operation]
                else {
                    throw Peer.Failure(description: "\(peer.name) did not measure \(operation)")
                }
                return (ours: mine, theirs: peers)
            }
            let bytes = operation.hasPrefix("json") ? json : binary
            return Report.Row(
                what,
                peer: peer.name,
                speedOf: pairs,
                bytes: bytes,
                budget: budget.map { .atLeast($0) },
                goal: goal
            )
        }
    }

    private func measureOurs() throws -> [String: Double] {
        let message = try Message<TestingV1.EventBatch.View>(operations.bytes)
        return [
            "decode": try Measurement.fastest(seconds: seconds, operations.decodeViews),
            "encode": Measurement.fastest(seconds: seconds) { operations.encodeRows(rows) },
            "decode-values": try Measurement.fastest(seconds: seconds, operations.decodeValues),
            "encode-values": Measurement.fastest(seconds: seconds, operations.encodeValues),
            "json-decode": try Measurement.fastest(seconds: seconds, operations.decodeJSON),
            "json-encode": try Measurement.fastest(seconds: seconds) {
                try operations.encodeJSON(message)
            },
        ]
    }
}

extension Report.Row {
    /// Makes a row of speeds in MB/s.
    ///
    /// - Parameters:
    ///   - what: the operation.
    ///   - peer: whom it is compared with.
    ///   - pairs: nanoseconds for a pass, ours and theirs in turn.
    ///   - bytes: what a pass reads or writes.
    ///   - budget: what is asked of the ratio.
    ///   - goal: the speed we aim at, in MB/s.
    fileprivate init(
        _ what: String,
        peer: String,
        speedOf pairs: [(ours: Double, theirs: Double)],
        bytes: Int,
        budget: Report.Budget? = nil,
        goal: Double? = nil
    ) {
        let speeds = pairs.map { pair in
            (
                ours: Double(bytes) / pair.ours * 1_000,
                theirs: Double(bytes) / pair.theirs * 1_000
            )
        }
        self.init(what, peer: peer, unit: "MB/s", pairs: speeds, budget: budget, goal: goal)
    }
}
