import Foundation
import Simulator

/// Keeps the files of a world, and notes the largest part.
struct MemorySink: WorldSink {
    private(set) var files: [String: [UInt8]] = [:]
    private(set) var largestPart = 0
    private var path = ""

    mutating func begin(_ path: String) {
        self.path = path
        files[path] = []
    }

    mutating func write(_ bytes: [UInt8]) {
        files[path]?.append(contentsOf: bytes)
        largestPart = max(largestPart, bytes.count)
    }

    mutating func end() { path = "" }
}

/// A small world with its files, written once for all tests.
struct WrittenWorld: Sendable {
    let world: World
    let files: [String: [UInt8]]
    let written: [WrittenFile]
    let largestPart: Int

    /// Eight months in five states, seven weeks of which are tracked.
    static let scale: WorldScale = {
        var scale = WorldScale()
        scale.days = 245
        scale.geos = 5
        scale.ordersPerDay = 60
        scale.trackedDays = 49
        scale.visitsPerOrder = 3
        return scale
    }()

    static let mixModel = Result { try WrittenWorld(seed: 7, .mixModel) }
    static let other = Result { try WrittenWorld(seed: 8, .other) }

    init(
        seed: UInt64,
        _ forms: WorldForms,
        scale: WorldScale = scale,
        events: TableFormat = .csv
    ) throws {
        world = try World(seed: seed, scale: scale, forms: forms)
        var sink = MemorySink()
        written = WorldFiles(of: world, events: events).write(to: &sink)
        (files, largestPart) = (sink.files, sink.largestPart)
    }

    /// The rows of a file by the names of its columns; cells have no commas within quotes.
    func rows(_ path: String) -> [[String: String]] {
        let lines = String(decoding: files[path] ?? [], as: UTF8.self).split(separator: "\n")
        let names = (lines.first ?? "").split(separator: ",").map(String.init)
        return lines.dropFirst().map { line in
            let cells = line.split(separator: ",", omittingEmptySubsequences: false)
            return Dictionary(uniqueKeysWithValues: zip(names, cells.map(String.init)))
        }
    }

    /// What `truth.json` has at a path of members.
    func truth(_ path: String...) throws -> Any {
        let bytes = Data(files["truth.json"] ?? [])
        var value = try JSONSerialization.jsonObject(with: bytes)
        for name in path { value = (value as? [String: Any])?[name] ?? NSNull() }
        return value
    }
}

/// Cents of a text like `59.90`.
func cents(_ text: String?) -> Int {
    let parts = (text ?? "").split(separator: ".")
    let sign = text?.hasPrefix("-") == true ? -1 : 1
    guard parts.count == 2, let whole = Int(parts[0]), let rest = Int(parts[1]) else { return 0 }
    return sign * (abs(whole) * 100 + rest)
}

extension Dictionary where Key == String, Value == String {
    /// A cell; empty if there is none.
    func cell(_ name: String) -> String { self[name] ?? "" }
}
