import Foundation
import PathModels
import TestKit
import Wire

/// The reference's results, read as they stand.
enum Oracle {
    /// Whether the reference is there.
    static let isThere = Reference.folder != nil

    struct Missing: Error {
        let what: String
    }

    /// One of the files of results.
    static func read(_ name: String) throws -> [String: Any] {
        guard let folder = Reference.folder else { throw Missing(what: name) }
        let file = folder.appendingPathComponent("reference/attribution/\(name).json")
        let object = try JSONSerialization.jsonObject(with: Data(contentsOf: file))
        return try cast(object, name)
    }

    static func cast<Value>(_ value: Any?, _ what: String) throws -> Value {
        guard let value = value as? Value else { throw Missing(what: what) }
        return value
    }

    /// The journeys that all results are of but one.
    static let journeys = Result { try table("channelattribution_pathdata") }
    /// The journeys of the larger set.
    static let synthetic = Result { try table("synthetic_50k_agg") }

    private static func table(_ name: String) throws -> PathTable {
        guard let folder = Reference.folder else { throw Missing(what: name) }
        let file = folder.appendingPathComponent("data/attribution/\(name).csv")
        let text = try String(contentsOf: file, encoding: .utf8)
        var table = PathTable()
        for line in text.split(separator: "\n").dropFirst() {
            let cells = line.split(separator: ",").map(String.init)
            guard cells.count == 4, let conversions = Int(cells[1]), let value = Double(cells[2]),
                let nulls = Double(cells[3])
            else { throw Missing(what: String(line)) }
            try table.add(
                cells[0],
                conversions: conversions,
                value: value,
                nulls: Int(nulls)
            )
        }
        return table
    }
}

extension PathTable {
    /// Adds a path that is text.
    mutating func add(
        _ text: String,
        separator: PathSeparator = .angle,
        conversions: Int = 0,
        value: Double = 0,
        nulls: Int = 0
    ) throws {
        try append(
            text: text.utf8Span.span.asRawSpan,
            separator: separator,
            conversions: conversions,
            value: PathValue(value),
            nulls: nulls
        )
    }

    /// All rows, as text.
    var rows: [(path: [String], conversions: Int, value: Double, nulls: Int)] {
        (0..<count).map { number in
            let touches = path(number)
            let names = touches.indices.map { channels.names[Int(touches[$0])] }
            return (names, conversions[number], values[number].double, nulls[number])
        }
    }

    /// A channel's number, which is there.
    func number(_ name: String) throws -> Int {
        guard let id = channels.existing(name) else { throw Oracle.Missing(what: name) }
        return Int(id)
    }
}

/// How far a number is from a truth, as a share of it.
func distance(_ value: Double, _ truth: Double) -> Double {
    value == truth ? 0 : abs(value - truth) / max(abs(truth), .leastNormalMagnitude)
}
