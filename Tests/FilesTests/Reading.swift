import Files
import Foundation
import TestKit
import Testing
import Wire

/// A row as tests compare it.
struct ReadRow: Equatable, CustomStringConvertible {
    var record: Int
    var offset: Int
    var cells: [String]
    var fault: Finding.Rule?

    var description: String { "\(record)@\(offset) \(cells) \(fault.map { "\($0)" } ?? "")" }
}

/// The bytes in parts, of sizes that a generator chooses; whole without one.
func parts(of bytes: [UInt8], _ random: inout SeededGenerator) -> [ArraySlice<UInt8>] {
    var parts: [ArraySlice<UInt8>] = []
    var start = 0
    while start < bytes.count {
        let size = [1, 2, 3, 7, 64, 4_096].randomElement(using: &random) ?? 1
        let end = min(bytes.count, start + Int.random(in: 1...size, using: &random))
        parts.append(bytes[start..<end])
        start = end
    }
    return parts
}

/// All rows of a file that is sent in parts, with a checkpoint behind each.
func rows(
    of parts: [ArraySlice<UInt8>],
    _ form: FileForm,
    _ encoding: TextEncoding = .utf8,
    from checkpoint: Checkpoint? = nil
) throws -> (rows: [ReadRow], checkpoints: [Checkpoint]) {
    var reader = RowReader(form: form, encoding: encoding, from: checkpoint)
    var rows: [ReadRow] = []
    var checkpoints: [Checkpoint] = []
    var rest = parts[...]
    while true {
        switch try reader.next() {
        case .starved:
            if let part = rest.popFirst() {
                let bytes = Array(part)
                reader.append(bytes.rawBytes)
            } else {
                reader.finish()
            }
        case .ended: return (rows, checkpoints)
        case .row:
            rows.append(
                ReadRow(
                    record: reader.record,
                    offset: reader.byteOffset,
                    cells: (0..<reader.cellCount).map { String(repairing: reader.cell($0)) },
                    fault: reader.fault?.rule
                )
            )
            checkpoints.append(reader.checkpoint())
        }
    }
}

/// All rows of a text of CSV.
func rows(of text: String, _ dialect: Dialect = Dialect()) throws -> [ReadRow] {
    try rows(of: [Array(text.utf8)[...]], .delimited(dialect)).rows
}

/// All rows of a file, read as a plan says.
func read(
    _ bytes: [UInt8],
    _ plan: FilePlan,
    now: Int = today
) throws -> [FileReader.Row] {
    var reader = FileReader(plan, now: now)
    reader.append(bytes.rawBytes)
    reader.finish()
    var rows: [FileReader.Row] = []
    while case .row(let row) = try reader.next() { rows.append(row) }
    return rows
}

/// A guess at a whole text.
func guess(_ text: String) throws -> FileGuess {
    let bytes = Array(text.utf8)
    return try FileGuess(start: bytes.rawBytes, isWhole: true)
}

/// 2026-06-01T00:00:00Z in microseconds.
let today = 1_780_272_000_000_000

/// What a program makes of bytes, as `gzip -c`.
func packed(_ bytes: [UInt8], _ command: String...) async throws -> [UInt8] {
    let file = FileManager.default.temporaryDirectory
        .appendingPathComponent("files-\(UUID().uuidString)")
    try Data(bytes).write(to: file)
    defer { try? FileManager.default.removeItem(at: file) }
    let output = try await OutsideProgram.run(command + [file.path])
    try #require(output.status == 0, "\(output.errors)")
    return output.bytes
}
