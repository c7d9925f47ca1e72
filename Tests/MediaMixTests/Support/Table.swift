import Foundation
import Panels
import TestKit

/// A file of the reference data, none of whose fields has a comma in it.
struct Table {
    private let columns: [String: [String]]

    struct Missing: Error {
        let what: String
    }

    /// Reads a file of the reference folder, and keeps the rows that are wanted.
    init(_ file: String, keeping isWanted: ([String: String]) -> Bool = { _ in true }) throws {
        guard let folder = Reference.folder else { throw Missing(what: "reference folder") }
        let text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
        let rows = text.split(whereSeparator: \.isNewline).map {
            $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
        }
        var columns: [String: [String]] = [:]
        for row in rows.dropFirst() {
            let fields = Dictionary(zip(rows[0], row), uniquingKeysWith: { first, _ in first })
            guard isWanted(fields) else { continue }
            for (name, field) in fields { columns[name, default: []].append(field) }
        }
        self.columns = columns
    }

    func texts(_ name: String) throws -> [String] {
        guard let column = columns[name] else { throw Missing(what: name) }
        return column
    }

    func numbers(_ name: String) throws -> [Double] {
        try texts(name).map { text in
            guard let number = Double(text) else { throw Missing(what: "number \(text)") }
            return number
        }
    }

    func days(_ name: String) throws -> [PanelDay] {
        try texts(name).map { text in
            let parts = text.split(separator: "-").compactMap { Int($0) }
            guard parts.count == 3,
                let day = PanelDay(year: parts[0], month: parts[1], day: parts[2])
            else { throw Missing(what: "day \(text)") }
            return day
        }
    }

    func columns(_ names: [String]) throws -> [PanelColumn] {
        try names.map { PanelColumn(name: $0, values: try numbers($0)) }
    }
}
