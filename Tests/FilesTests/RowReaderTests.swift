import Files
import Foundation
import TestKit
import Testing
import Wire

@Suite("Rows of cells", .timeLimit(.minutes(5)))
struct RowReaderTests {
    private struct Messy: Decodable {
        let delimiter: String
        let file: String
        let rows: [[String]]
    }

    @Test("are those of Python's csv, however the bytes are parted", arguments: [1, 2, 3])
    func python(seed: Int) async throws {
        let output = try await OutsideProgram.run(
            OutsideProgram.python,
            OutsideProgram.repository + "/Tests/FilesTests/Peers/messy.py",
            "\(seed)",
            "150"
        )
        try #require(output.status == 0, "\(output.errors)")
        var random = SeededGenerator(seed: UInt64(seed))
        var count = 0
        for line in output.text.split(separator: "\n") {
            let messy = try JSONDecoder().decode(Messy.self, from: Data(line.utf8))
            let delimiter = try #require(messy.delimiter.utf8.first)
            let form = FileForm.delimited(Dialect(delimiter: delimiter))
            let bytes = Array(messy.file.utf8)
            let whole = try rows(of: [bytes[...]], form)
            #expect(
                whole.rows.map(\.cells) == messy.rows,
                "seed \(seed): \(messy.file.debugDescription)"
            )
            for _ in 0..<5 {
                let parted = try rows(of: parts(of: bytes, &random), form)
                #expect(parted.rows == whole.rows, "seed \(seed): \(messy.file.debugDescription)")
                #expect(parted.checkpoints == whole.checkpoints)
            }
            try resumes(bytes, form, whole)
            count += whole.rows.count
        }
        #expect(count > 1_000)
    }

    /// Behind every row the rest of the rows is read from the checkpoint's bytes alone.
    private func resumes(
        _ bytes: [UInt8],
        _ form: FileForm,
        _ whole: (rows: [ReadRow], checkpoints: [Checkpoint])
    ) throws {
        for (place, checkpoint) in whole.checkpoints.enumerated() {
            let text = try #require(Checkpoint(text: checkpoint.text))
            #expect(text == checkpoint)
            let rest = try rows(of: [bytes[checkpoint.sentOffset...]], form, from: text)
            #expect(rest.rows == Array(whole.rows[(place + 1)...]))
        }
    }

    @Test("begin at bytes and have numbers as in a spreadsheet")
    func positions() throws {
        let read = try rows(of: "\u{FEFF}a,b\r\n\r\n1,\"x\ny\"\r\n2,z")
        #expect(read.map(\.record) == [1, 3, 4])
        #expect(read.map(\.offset) == [3, 10, 19])
        #expect(read.map(\.cells) == [["a", "b"], ["1", "x\ny"], ["2", "z"]])
    }

    @Test("with a stray quote are rejected alone")
    func strays() throws {
        // Never closed.
        let open = try rows(of: "a,b\n1,\"x\n2,y\n3,z\n")
        #expect(open.map(\.cells) == [["a", "b"], [], ["2", "y"], ["3", "z"]])
        #expect(open.map(\.fault) == [nil, .strayQuote, nil, nil])
        // Closed by the next one's quote, amid its text.
        let closed = try rows(of: "a,b\n1,\"x\n2,\"y\"\n3,z\n")
        #expect(closed.map(\.cells) == [["a", "b"], [], ["2", "y"], ["3", "z"]])
        // On the last line.
        let last = try rows(of: "a,b\n1,\"x")
        #expect(last.map(\.fault) == [nil, .strayQuote])
        // Within a cell it is text.
        let inner = try rows(of: "a,b\n5\" pipe,x\n")
        #expect(inner[1].cells == ["5\" pipe", "x"])
    }

    @Test("behind a stray quote are there even if it is open for more than a row may have")
    func longStray() throws {
        let row = "1234567,abcdefghijklmnop\n"
        let count = 60_000
        let text = "a,b\n1,\"x\n" + String(repeating: row, count: count)
        let read = try rows(of: text)
        #expect(read.count == count + 2)
        #expect(read.filter { $0.fault != nil }.map(\.record) == [2])
    }

    @Test("of a file of strays cost a bounded number of looks, and come out the same in parts")
    func adversary() throws {
        // Each line opens a quote that the next closes in a way that looks right.
        let text = "\"x\n" + String(repeating: "a\",\"b\n", count: 1_000_000)
        let bytes = Array(text.utf8)
        let whole = try rows(of: [bytes[...]], .delimited(Dialect()))
        #expect(whole.rows.contains { $0.fault == .strayQuote })
        var random = SeededGenerator(seed: 7)
        var cuts = (0..<40).map { _ in Int.random(in: 0...bytes.count, using: &random) }.sorted()
        cuts = [0] + cuts + [bytes.count]
        let pieces = zip(cuts, cuts.dropFirst()).map { bytes[$0..<$1] }
        #expect(try rows(of: pieces, .delimited(Dialect())).rows == whole.rows)
    }

    @Test("that are too long are one rejected row", arguments: [(1 << 20) - 3, 1 << 20, 5 << 20])
    func long(size: Int) throws {
        let long = String(repeating: "x", count: size)
        let bytes = Array("a,b\n1,\(long)\r\n2,y\n".utf8)
        let fits = size + 2 <= RowReader.longestRow
        var random = SeededGenerator(seed: 3)
        for pieces in [[bytes[...]], parts(of: bytes, &random)] {
            let read = try rows(of: pieces, .delimited(Dialect())).rows
            #expect(read.map(\.fault) == [nil, fits ? nil : .rowTooLong, nil])
            #expect(read.map(\.offset) == [0, 4, size + 8])
            #expect(read[2].cells == ["2", "y"])
        }
    }

    @Test("of 100 MB are skipped in a window that stays small")
    func hundredMegabytes() throws {
        var reader = RowReader(form: .delimited(Dialect()))
        let head = Array("a,b\n1,".utf8)
        let block = [UInt8](repeating: UInt8(ascii: "x"), count: 1 << 20)
        let tail = Array("\n2,y\n".utf8)
        reader.append(head.rawBytes)
        #expect(try reader.next() == .row)
        for _ in 0..<100 {
            #expect(try reader.next() == .starved)
            reader.append(block.rawBytes)
        }
        #expect(try reader.next() == .starved)
        reader.append(tail.rawBytes)
        reader.finish()
        #expect(try reader.next() == .row)
        #expect(reader.fault?.rule == .rowTooLong)
        #expect(reader.byteCount == 100 << 20 | 2)
        #expect(reader.fault?.excerpt.count == Finding.longestExcerpt)
        #expect(reader.rawRow.byteCount == RowReader.longestRest)
        #expect(try reader.next() == .row)
        #expect(String(repairing: reader.cell(1)) == "y")
        #expect(try reader.next() == .ended)
    }

    @Test("that are no UTF-8 are rejected alone, and read with a declaration")
    func encodings() throws {
        let bytes = Array("a,b\n".utf8) + [0x31, 0x2C, 0xFC, 0x80, 0x0A] + Array("2,ü\n".utf8)
        let form = FileForm.delimited(Dialect())
        let read = try rows(of: [bytes[...]], form).rows
        #expect(read.map(\.fault) == [nil, .notUTF8, nil])
        let windows = try rows(of: [bytes[...]], form, .windows1252).rows
        #expect(windows[1].cells == ["1", "ü€"])
        let latin = try rows(of: [bytes[..<9]], form, .latin1).rows
        #expect(latin[1].cells == ["1", "ü\u{80}"])
        let nul = try rows(of: "a,b\n1,\0\n2,y\n")
        #expect(nul.map(\.fault) == [nil, .controlCharacter, nil])
    }

    @Test(
        "of UTF-16 are refused",
        arguments: [String.Encoding.utf16, .utf16LittleEndian, .utf16BigEndian]
    )
    func utf16(encoding: String.Encoding) throws {
        let bytes = [UInt8](try #require("date,spend\n".data(using: encoding)))
        let error = #expect(throws: Finding.self) {
            try rows(of: [bytes[...]], .delimited(Dialect()))
        }
        #expect(error?.rule == .utf16)
    }

    @Test("of JSON have paths, keys and values as cells")
    func objects() throws {
        let paths = ["a", "b.c", "event_params.id", "event_params.page", "d", "x.y", "list"]
        let lines = """
            {"a": "1", "b": {"c": 2.50}, "event_params": [{"key": "id", "value": {"string_value": \
            null, "int_value": "7"}}, {"key": "page", "value": {"string_value": "\\u00fc\\n"}}]}

            {"d": true, "a": null, "event_params": [{"value": 9, "key": "id"}], "z": [{}, [1]]}
            {"a": "x"
            [1]
            {"x.y": "flat", "list": [1, {"k": 2}], "a": "ü"} trailing
            {"x.y": "flat", "list": [1, {"k": 2}], "a": "ü"}
            """
        let bytes = Array(lines.utf8)
        let whole = try rows(of: [bytes[...]], .objects(paths: paths)).rows
        #expect(whole.map(\.record) == [1, 3, 4, 5, 6, 7])
        #expect(whole[0].cells == ["1", "2.50", "7", "ü\n", "", "", ""])
        #expect(whole[1].cells == ["", "", "9", "", "true", "", ""])
        #expect(whole[2...4].map(\.fault) == [.malformedJSON, .malformedJSON, .malformedJSON])
        #expect(whole[5].cells == ["ü", "", "", "", "", "flat", "[1, {\"k\": 2}]"])
        var random = SeededGenerator(seed: 1)
        for _ in 0..<20 {
            let parted = try rows(of: parts(of: bytes, &random), .objects(paths: paths)).rows
            #expect(parted == whole)
        }
    }

    @Test("have as many cells as delimiters say, and one more")
    func counts() throws {
        var random = SeededGenerator(seed: 11)
        for count in [1, 2, 55, 56, 57, 63, 64, 65, 130, 1_000, 4_096] {
            let cells = (0..<count).map { String(repeating: "x", count: $0 % 19) + "\($0)" }
            let text = Array((cells.joined(separator: ",") + "\n").utf8)
            let file = text + text + Array("y\n".utf8)
            let form = FileForm.delimited(Dialect())
            for parts in [[file[...]], parts(of: file, &random)] {
                #expect(try rows(of: parts, form).rows.map(\.cells) == [cells, cells, ["y"]])
            }
        }
    }

    @Test("have a fault wherever a byte is that no text has")
    func bytes() throws {
        for length in 1...40 {
            for place in 0..<length {
                for (byte, rule) in [(0, .controlCharacter), (0xC3, .notUTF8)]
                    as [(UInt8, Finding.Rule)]
                {
                    // Other rows around it, so that the file is no UTF-16 and none is the last.
                    var file = Array("first,row\n".utf8)
                    var row = Array(repeating: UInt8(ascii: "x"), count: length)
                    row[place] = byte
                    file += row + Array("\nlast,row\n".utf8)
                    let read = try rows(of: [file[...]], .delimited(Dialect())).rows
                    #expect(read.map(\.fault) == [nil, rule, nil])
                }
            }
        }
    }
}
