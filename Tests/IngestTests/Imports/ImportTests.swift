import Contracts
import Messages
import RPC
import TestKit
import TestTenants
import Testing
import Wire

@testable import Ingest

/// The way of a file from its creation to its end.
@Suite("Imports", .timeLimit(.minutes(2)))
struct ImportTests {
    /// A file of so many events, which differ, and are as wide as a column makes them of which
    /// nothing is read.
    private static func file(_ count: Int, width: Int = 1) -> [UInt8] {
        var text = "timestamp,event,visitor_id,remark\n"
        var random = SeededGenerator(seed: 7)
        for number in 0..<count {
            let second = number % 60
            let remark = (0..<width).map { _ in "\(random.number(in: 0...9))" }.joined()
            text +=
                "2026-01-31T12:00:\(second < 10 ? "0" : "")\(second)Z,page,v\(number),\(remark)\n"
        }
        return Array(text.utf8)
    }

    @Test("a file in parts, with the same bytes twice and a part that was lost, is read once")
    func parts() async throws {
        let ingest = try await ServedIngest()
        let file = Self.file(1_300, width: 1_700)
        #expect(file.count > 2 << 20)
        let created = try await ingest.createImport { $0.sizeBytes = Int64(file.count) }
        #expect(created.state == .uploading && created.receivedBytes == 0)
        let id = created.importID
        var told = try await ingest.upload(Array(file[..<100_000]), to: id, pieces: 999)
        #expect(told.state == .uploading && told.receivedBytes == 100_000)
        // From the middle of what is there to beyond a block.
        told = try await ingest.upload(Array(file[50_000..<1_500_000]), to: id, at: 50_000)
        #expect(told.receivedBytes == 1_500_000)
        await #expect {
            try await ingest.upload([1], to: id, at: 1_500_001)
        } throws: { error in
            let told = error as? RPCError
            return told?.code == .outOfRange && told?.message.contains("1500000") == true
        }
        told = try await ingest.upload(Array(file[1_500_000...]), to: id, at: 1_500_000)
        #expect(told.state == .running || told.state == .completed)
        let done = try await ingest.settled(id)
        #expect(done.state == .completed, "\(done.findings)")
        #expect([done.rows, done.accepted, done.passed] == [1_300, 1_300, 1])
        #expect(done.processedBytes == done.receivedBytes)
        #expect(try await ingest.lines("select count(*) from events") == ["1300"])
        #expect(!done.digest.isEmpty && done.operation.hasPrefix("operations/ingest."))
        await #expect {
            try await ingest.upload([1], to: id, at: 0)
        } throws: { ($0 as? RPCError)?.code == .failedPrecondition }
        await ingest.stop()
    }

    @Test("parts that are said to go on do not end a file; an empty one ends it")
    func more() async throws {
        let ingest = try await ServedIngest()
        let file = Self.file(3)
        let id = try await ingest.createImport().importID
        let told = try await ingest.upload(file, to: id, more: true)
        #expect(told.state == .uploading)
        try await ingest.upload([], to: id, at: file.count)
        #expect(try await ingest.settled(id).accepted == 3)
        await ingest.stop()
    }

    @Test("the same content again changes nothing, whatever it is called, unless it is asked to")
    func again() async throws {
        let ingest = try await ServedIngest()
        let file = Self.file(10)
        let first = try await ingest.importFile(file)
        let second = try await ingest.importFile(file) { $0.name = "other.csv" }
        #expect(second.state == .completed && second.sameAs == first.importID)
        #expect(second.rows == 0 && second.digest == first.digest)
        let third = try await ingest.importFile(file) { $0.again = true }
        #expect([third.accepted, third.duplicate] == [0, 10] && third.sameAs.isEmpty)
        #expect(try await ingest.lines("select count(*) from events") == ["10"])
        await ingest.stop()
    }

    @Test("a file that is not understood waits until it is told how")
    func declared() async throws {
        let ingest = try await ServedIngest()
        let file = "day,cost,platform\n01/02/2026,1.5,meta\n02/03/2026,2.5,meta\n"
        let waiting = try await ingest.importText(file)
        #expect(waiting.state == .waiting)
        #expect(waiting.findings.map(\.rule) == ["undeclared_dates"])
        var preview = IngestV1.PreviewImportRequest()
        preview.importID = waiting.importID
        var plan = IngestV1.ImportPlan()
        plan.dateOrder = "day_first"
        plan.currency = "USD"
        preview.plan = plan
        let shown = try await ingest.imports.previewImport(preview).message.value()
        #expect(shown.findings.isEmpty)
        #expect(shown.rows.first?.fields["date"] == "2026-02-01")
        #expect(shown.rows.first?.text == "01/02/2026,1.5,meta")
        var start = IngestV1.StartImportRequest()
        start.importID = waiting.importID
        await #expect {
            start.plan = IngestV1.ImportPlan()
            start.plan?.dateOrder = "sideways"
            _ = try await ingest.imports.startImport(start)
        } throws: { ($0 as? RPCError)?.code == .invalidArgument }
        start.plan = plan
        _ = try await ingest.imports.startImport(start)
        let done = try await ingest.settled(waiting.importID)
        #expect(done.state == .completed && done.accepted == 2)
        #expect(
            try await ingest.lines("select day, currency from spend order by day")
                == ["2026-02-01|USD", "2026-03-02|USD"]
        )
        await ingest.stop()
    }

    @Test("what is no file that is read fails with a finding, and leaves no bytes")
    func hopeless() async throws {
        let ingest = try await ServedIngest()
        for (bytes, rule) in [
            ([0xFF, 0xFE, 0x61, 0x00], "utf16"), ([], "empty"),
            (Array("[{\"a\": 1}]".utf8), "json_array"),
        ] as [([UInt8], String)] {
            let failed = try await ingest.importFile(bytes)
            #expect(failed.state == .failed)
            #expect(failed.findings.map(\.rule) == [rule])
            #expect(failed.findings.allSatisfy { !$0.remedy.isEmpty })
        }
        // Packed, and broken in the middle: what was read before that is there.
        let file = Self.file(1_000, width: 300)
        var output = OutputBuffer()
        Gzip.compress(file.rawBytes, to: &output)
        let packed = Array(copying: output.bytes)
        let cut = Array(packed[..<(packed.count / 2)])
        let failed = try await ingest.importFile(cut)
        #expect(failed.state == .failed && failed.findings.map(\.rule) == ["truncated_compression"])
        #expect(failed.rows == failed.accepted && failed.rows > 0)
        #expect(
            try await ingest.lines("select count(*) from events") == ["\(failed.accepted)"]
        )
        // The whole of it brings the rest.
        let done = try await ingest.importFile(packed)
        #expect(done.accepted + done.duplicate == 1_000)
        #expect(done.duplicate == failed.accepted)
        await ingest.stop()
    }

    @Test("a file of which hardly a row is good is given up, and names of channels are counted")
    func mostlyRejected() async throws {
        let ingest = try await ServedIngest(rowsAtOnce: 2_000)
        var text = "timestamp,event,visitor_id\n2026-01-31,page,good\n"
        for number in 0..<14_000 { text += "some day,page,\(number)\n" }
        let failed = try await ingest.importText(text) { request in
            request.plan = IngestV1.ImportPlan()
            request.plan?.kind = "events"
        }
        #expect(failed.state == .failed)
        #expect(failed.findings.last?.rule == "mostly_rejected", "\(failed.findings)")
        #expect(failed.accepted == 1 && (10_000..<14_000).contains(failed.rejected))
        #expect(
            try await ingest.lines("select count(*) from rejected_rows") == ["\(failed.rejected)"]
        )
        let names = (0..<150).map { "2026-01-31T12:00:00Z,v\($0),of number \($0)\n" }
        let many = try await ingest.importText(
            "timestamp,visitor_id,channel\n" + names.joined()
        )
        #expect([many.accepted, many.rejected] == [100, 50])
        await ingest.stop()
    }

    @Test("a cancelled import writes nothing more, and forgets its bytes")
    func cancelled() async throws {
        let ingest = try await ServedIngest()
        let held = try await ingest.importFile(Self.file(10)) { $0.hold = true }
        #expect(held.state == .waiting)
        var cancel = IngestV1.CancelImportRequest()
        cancel.importID = held.importID
        let cancelled = try await ingest.imports.cancelImport(cancel).message.value()
        #expect(cancelled.state == .cancelled)
        #expect(try await ingest.imports.cancelImport(cancel).message.value() == cancelled)
        try await ingest.served.finishJobs(of: ingest.served.members[0])
        #expect(try await ingest.lines("select count(*) from import_blocks") == ["0"])
        var start = IngestV1.StartImportRequest()
        start.importID = held.importID
        await #expect { try await ingest.imports.startImport(start) } throws: {
            ($0 as? RPCError)?.code == .failedPrecondition
        }
        #expect(try await ingest.lines("select count(*) from events") == ["0"])
        await ingest.stop()
    }

    @Test("uploads that nobody goes on with for a week are given up, and their bytes forgotten")
    func givenUp() async throws {
        let ingest = try await ServedIngest()
        let left = try await ingest.createImport()
        try await ingest.upload(Self.file(10), to: left.importID, more: true)
        let recent = try await ingest.createImport()
        try await ingest.upload(Self.file(10), to: recent.importID, more: true)
        _ = try await ingest.lines(
            """
            update imports set updated_at = updated_at - interval '8 days'
            where import_id = '\(left.importID)' returning 1
            """
        )
        _ = try await ingest.createImport()
        try await ingest.served.finishJobs(of: ingest.served.members[0])
        #expect(
            try await ingest.lines("select import_id from import_blocks") == [recent.importID]
        )
        #expect(
            try await ingest.lines("select import_id from imports where ended_at is not null")
                == [left.importID]
        )
        await #expect { try await ingest.upload(Self.file(10), to: left.importID) } throws: {
            ($0 as? RPCError)?.code == .failedPrecondition
        }
        await ingest.stop()
    }

    @Test("another tenant's imports are not there")
    func strangers() async throws {
        let ingest = try await ServedIngest()
        let id = try await ingest.importFile(Self.file(1)).importID
        let other = IngestV1.Imports.Client(try ingest.other)
        var request = IngestV1.GetImportRequest()
        request.importID = id
        await #expect { try await other.getImport(request) } throws: {
            ($0 as? RPCError)?.code == .notFound
        }
        let list = try await other.listImports(IngestV1.ListImportsRequest()).message.value()
        #expect(list.imports.isEmpty)
        await ingest.stop()
    }

    @Test("lists go on where a page ended, the newest first")
    func pages() async throws {
        let ingest = try await ServedIngest()
        var ids: [String] = []
        for _ in 0..<5 { ids.append(try await ingest.createImport().importID) }
        var found: [String] = []
        var request = IngestV1.ListImportsRequest()
        request.pageSize = 2
        repeat {
            let page = try await ingest.imports.listImports(request).message.value()
            found += page.imports.map(\.importID)
            request.pageToken = page.nextPageToken
        } while !request.pageToken.isEmpty
        #expect(found == ids.reversed())
        await ingest.stop()
    }
}
