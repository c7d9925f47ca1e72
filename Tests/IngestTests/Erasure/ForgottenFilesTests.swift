import Contracts
import Messages
import RPC
import TestKit
import TestTenants
import Testing
import Wire

@Suite("A file of somebody who was forgotten", .timeLimit(.minutes(10)))
struct ForgottenFilesTests {
    /// Files in which the rows of one person go all ways that rows go, after a MiB of others': what
    /// is wrong there is not known before they are read.
    enum File: CaseIterable {
        case cells, semicolons, windows, objects

        static let others = 700

        func bytes(of user: String, _ visitor: String) -> [UInt8] {
            let names = ["timestamp", "user_id", "visitor_id", "event", "channel", "remark"]
            let remark = String(repeating: "remark ", count: 250)
            let others = (0..<Self.others).map { index in
                [
                    "2026-02-01T\(10 + index / 50):\(10 + index % 50):00Z", "", "else", "f", "",
                    remark,
                ]
            }
            let rows = [
                ["2026-01-31T12:00:00Z", user, visitor, "a", "", ""],
                ["2026-01-31T12:00:01Z", "", visitor, "b", "", ""],
                // Of no time; of no channel; and of more cells than columns, or no time either.
                ["soon", user, "", "c", "", ""],
                ["2026-01-31T12:00:02Z", user, "", "d", "radio", ""],
                self == .objects
                    ? ["", user, visitor, "e", "", ""]
                    : ["2026-01-31T12:00:03Z", user, visitor, "e", "", "", "of", "whom"],
            ]
            let wrong = ["late", "", "else", "g", "", ""]
            func line(_ cells: [String]) -> String {
                if self != .objects {
                    return cells.joined(separator: self == .semicolons ? ";" : ",")
                }
                let members = zip(names, cells).map { name, cell in #""\#(name)": "\#(cell)""# }
                return "{\(members.joined(separator: ", "))}"
            }
            // A quote that nobody closes, or an object that has one member too few.
            let broken =
                self == .objects
                ? #"{"user_id": "\#(user)", "visitor_id": "\#(visitor)", }"#
                : line(["2026-01-31T12:00:05Z", user, visitor, "\"h", "", ""])
            let head = self == .objects ? [] : [line(names)]
            let lines = head + others.map(line) + rows.map(line) + [broken, line(wrong)]
            let text = lines.map { $0 + "\n" }.joined()
            if self == .windows { return text.unicodeScalars.map { UInt8($0.value) } }
            return Array(text.utf8)
        }

        func plan(_ request: inout IngestV1.CreateImportRequest) {
            var plan = IngestV1.ImportPlan()
            plan.unknownChannels = .reject
            if self == .windows { plan.encoding = "windows-1252" }
            request.plan = plan
            request.again = true
        }
    }

    @Test(
        "is refused, and kept nowhere",
        arguments: File.allCases
    )
    func forgotten(file: File) async throws {
        let ingest = try await ServedIngest()
        let (user, visitor) = (Canary(), Canary())
        // What windows-1252 and UTF-8 write in two ways.
        let letter = file == .windows ? "\u{e9}" : ""
        let bytes = file.bytes(of: user.text + letter, visitor.text)
        let first = try await ingest.importFile(bytes, file.plan)
        #expect(first.state == .completed, "\(first.findings)")
        #expect([first.accepted, first.rejected] == [702, 5], "\(first)")
        try await ingest.served.finishJobs(of: ingest.served.members[0])
        let before = try await ingest.dump()
        #expect(user.isIn(before) && visitor.isIn(before))
        let told = try await ingest.forget { $0.userID = user.text + letter }
        #expect([told.events, told.rejectedRows, Int64(told.ids)] == [2, 4, 2])
        #expect(try await left(ingest) == ["f", "late"])
        let second = try await ingest.importFile(bytes, file.plan)
        #expect(second.state == .completed, "\(second.findings)")
        #expect([second.accepted, second.duplicate, second.rejected] == [0, 700, 7])
        try await ingest.served.finishJobs(of: ingest.served.members[0])
        let after = try await ingest.dump()
        #expect(!user.isIn(after) && !visitor.isIn(after))
        #expect(try await left(ingest) == ["f", "late"])
        let tallies = try await ingest.rows(
            "select sum(row_count) from intake_tallies where reason = 'forgotten'"
        )
        #expect(tallies == ["6"])
        await ingest.stop()
    }

    /// The names of events that are stored, and what those say that were rejected.
    private func left(_ ingest: ServedIngest) async throws -> [String] {
        let rejected = try await ingest.rows("select convert_from(body, 'UTF8') from rejected_rows")
        return try await ingest.rows("select distinct name from events")
            + rejected.map { $0.contains("late") ? "late" : $0 }
    }

    @Test("is told of as to what was wrong, without them", arguments: [false, true])
    func excerpts(isOver: Bool) async throws {
        let ingest = try await ServedIngest()
        let canary = Canary()
        let text = """
            timestamp,visitor_id,event
            2026-01-31T12:00:00Z,\(canary.text),a
            2026-01-31T12:00:00Z,\(canary.text),"b

            """
        let told = try await ingest.importText(text)
        #expect(told.state == .waiting && told.findings.count == 1)
        #expect(told.findings.first?.excerpt.contains(canary.text.prefix(8)) == true)
        var request = IngestV1.CancelImportRequest()
        request.importID = told.importID
        if isOver { _ = try await ingest.imports.cancelImport(request) }
        try await ingest.forget { $0.anonymousID = canary.text }
        if !isOver { _ = try await ingest.imports.cancelImport(request) }
        try await ingest.served.finishJobs(of: ingest.served.members[0])
        let dump = try await ingest.dump()
        #expect(!canary.isIn(dump) && !dump.contains(canary.text.prefix(8)))
        await ingest.stop()
    }
}
