import Files
import Foundation
import TestKit
import Testing
import Wire

@Suite("Packed files", .timeLimit(.minutes(5)))
struct DecodingTests {
    private static let form = FileForm.delimited(Dialect())

    private static func text(_ lines: Int, seed: UInt64 = 1) -> [UInt8] {
        var random = SeededGenerator(seed: seed)
        var text = "date,channel,spend\n"
        for line in 0..<lines {
            let spend = Int.random(in: 0...1_000_000, using: &random)
            text += "2026-01-\(line % 28 + 10),channel \(line % 7),\(spend).\(line % 10)\n"
        }
        return Array(text.utf8)
    }

    @Test(
        "give the rows of the plain file",
        arguments: ["gzip -c", "zstd -q -c", "zstd -q -19 --long=27 -c"]
    )
    func programs(command: String) async throws {
        let plain = Self.text(20_000)
        let expected = try rows(of: [plain[...]], Self.form).rows
        let words = command.split(separator: " ").map(String.init)
        let file = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        defer { try? FileManager.default.removeItem(at: file) }
        try Data(plain).write(to: file)
        let output = try await OutsideProgram.run(words + [file.path])
        try #require(output.status == 0, "\(output.errors)")
        #expect(output.bytes.count < plain.count / 2)
        #expect(try rows(of: [output.bytes[...]], Self.form).rows == expected)
        var random = SeededGenerator(seed: 2)
        #expect(try rows(of: parts(of: output.bytes, &random), Self.form).rows == expected)
    }

    @Test("may be several members or frames, and are resumed at the one a row lies in")
    func pieces() async throws {
        let plain = Self.text(9_000)
        let cuts = [0, 1, 50_000, 50_000, 120_001, plain.count]
        let expected = try rows(of: [plain[...]], Self.form)
        for command in [["gzip", "-c"], ["zstd", "-q", "-c"]] {
            var bytes: [UInt8] = []
            for (start, end) in zip(cuts, cuts.dropFirst()) {
                bytes += try await packed(Array(plain[start..<end]), command[0], "-c")
            }
            let whole = try rows(of: [bytes[...]], Self.form)
            #expect(whole.rows == expected.rows)
            for place in stride(from: 0, to: whole.rows.count, by: 997) {
                let checkpoint = try #require(Checkpoint(text: whole.checkpoints[place].text))
                let rest = bytes[checkpoint.sentOffset...]
                let again = try rows(of: [rest], Self.form, from: checkpoint)
                #expect(again.rows == Array(expected.rows[(place + 1)...]))
            }
            // The last rows need only the last piece.
            let last = try #require(whole.checkpoints.last)
            #expect(last.sentOffset > bytes.count / 3)
        }
    }

    @Test("that are cut off say so behind the rows that are there", arguments: ["gzip", "zstd"])
    func truncated(program: String) async throws {
        let bytes = try await packed(Self.text(20_000), program, "-c")
        for count in [5, bytes.count / 2, bytes.count - 1] {
            let error = #expect(throws: Finding.self) {
                try rows(of: [bytes[..<count]], Self.form)
            }
            #expect(error?.rule == .truncatedCompression)
            #expect(error?.byteOffset == count)
        }
    }

    @Test("that are broken say where", arguments: ["gzip", "zstd"])
    func broken(program: String) async throws {
        var bytes = try await packed(Self.text(20_000), program, "-c")
        let middle = bytes.count / 2
        for place in middle..<middle + 64 { bytes[place] ^= 0x5A }
        var reader = RowReader(form: Self.form)
        reader.append(bytes.rawBytes)
        reader.finish()
        var count = 0
        var fault: Finding?
        do throws(Finding) {
            while try reader.next() == .row { count += 1 }
        } catch {
            fault = error
        }
        let finding = try #require(fault)
        #expect(finding.rule == .brokenCompression)
        // libzstd is told of 16 KiB at a time.
        #expect((middle - (16 << 10)...bytes.count).contains(finding.byteOffset))
        #expect(!finding.excerpt.isEmpty)
        #expect(program == "zstd" || count > 0)
    }

    @Test("may be padded with zeros, and with nothing else")
    func trailing() async throws {
        let bytes = try await packed(Self.text(10), "gzip", "-c")
        #expect(try rows(of: [(bytes + [0, 0, 0])[...]], Self.form).rows.count == 11)
        let error = #expect(throws: Finding.self) {
            try rows(of: [(bytes + Array("more".utf8))[...]], Self.form)
        }
        #expect(error?.rule == .brokenCompression)
        let noticed = try #require(error).byteOffset
        #expect((bytes.count...bytes.count + 4).contains(noticed))
    }

    @Test("of zstd with a window of more than 128 MiB are refused")
    func window() throws {
        // The head of a frame: no size of content, a window of 256 MiB (RFC 8878, 3.1.1.1.2).
        let bytes: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD, 0x00, (28 - 10) << 3, 0x01, 0x00, 0x00]
        let error = #expect(throws: Finding.self) { try rows(of: [bytes[...]], Self.form) }
        #expect(error?.rule == .windowTooLarge)
    }

    @Test("that unpack to a thousand times their size take their time, not memory")
    func bomb() async throws {
        let plain = Array("a,b\n".utf8) + [UInt8](repeating: UInt8(ascii: "x"), count: 64 << 20)
        let bytes = try await packed(plain, "gzip", "-c")
        #expect(bytes.count < plain.count / 900)
        var reader = RowReader(form: Self.form)
        reader.append(bytes.rawBytes)
        reader.finish()
        #expect(try reader.next() == .row)
        #expect(try reader.next() == .row)
        #expect(reader.fault?.rule == .rowTooLong)
        #expect(reader.byteCount == 64 << 20)
        #expect(try reader.next() == .ended)
    }

    @Test("have checkpoints that refuse what is none")
    func checkpoints() throws {
        for text in [
            "", "1:none:0:0:0:0:0", "1:none:0:5:4:1:0", "2:none:0:0:0:1:0", "1:lzma:0:0:0:1:0",
            "1:none:0:0:0:1:-1", "1:none:0:0:0:1:0:0", "1:none:a:0:0:1:0",
        ] {
            #expect(Checkpoint(text: text) == nil, "\(text)")
        }
        #expect(Checkpoint(text: "1:gzip:3:4:5:6:7")?.text == "1:gzip:3:4:5:6:7")
    }
}
