import Contracts
import Foundation
import Messages
import RPC
import TestKit
import TestTenants
import Testing
import Wire

@testable import Ingest

@Suite("Imports under fire", .timeLimit(.minutes(20)))
struct ImportsUnderFireTests {
    /// How many sessions are killed; the long form has as many as the promise asks for.
    private static let kills =
        ProcessInfo.processInfo.environment["SEXTANT_LONG"] == "1" ? 200 : 12

    private static let crashes =
        ProcessInfo.processInfo.environment["SEXTANT_LONG"] == "1" ? 20 : 2

    /// What callers are told who are to look how far they are, and to try again.
    private static let passing: [StatusCode] = [
        .unavailable, .aborted, .resourceExhausted, .unknown,
    ]

    /// A file whose rows are of every fate, and how many there are of each.
    private struct Mixed {
        var text = "event_id,timestamp,event,visitor_id\n"
        var (rows, accepted, duplicate, rejected) = (0, 0, 0, 0)

        init(_ name: String, rows count: Int, seed: UInt64) {
            var random = SeededGenerator(seed: seed)
            for _ in 0..<count {
                rows += 1
                if random.happens(onceIn: 10) {
                    rejected += 1
                    text += "\(name)-r\(rows),some day,page,v\n"
                } else if accepted > 0, random.happens(onceIn: 5) {
                    duplicate += 1
                    let known = random.number(in: 0...(accepted - 1))
                    text += "\(name)-\(known),2026-01-31T12:00:00Z,page,v\n"
                } else {
                    text += "\(name)-\(accepted),2026-01-31T12:00:00Z,page,v\n"
                    accepted += 1
                }
            }
        }
    }

    /// Sends a part until it is taken.
    private func upload(_ bytes: [UInt8], to id: String, _ ingest: ServedIngest) async throws {
        while true {
            var request = IngestV1.GetImportRequest()
            request.importID = id
            do {
                let told = try await ingest.imports.getImport(request).message.value()
                guard told.state == .uploading else { return }
                let start = Int(told.receivedBytes)
                try await ingest.upload(Array(bytes[start...]), to: id, at: start)
                return
            } catch let error as RPCError {
                try #require(Self.passing.contains(error.code), "\(error)")
                try await ingest.served.fixture.pause(.milliseconds(50))
            }
        }
    }

    @Test("each row of each file has one fate, and the counts say which")
    func kills() async throws {
        let ingest = try await ServedIngest(rowsAtOnce: 100)
        try await check(ingest) { try await ingest.killSessions(Self.kills) }
    }

    @Test("the same while their server crashes again and again")
    func crashes() async throws {
        let server = try await PrivatePostgres(settings: ["synchronous_commit=on"])
        let ingest = try await ServedIngest(on: server, rowsAtOnce: 100)
        try await check(ingest) {
            for _ in 0..<Self.crashes {
                try await ingest.served.fixture.pause(.milliseconds(300))
                try await server.stop()
                try await server.start()
            }
        }
    }

    /// Imports files while something happens to their server, and counts what is stored then.
    private func check(
        _ ingest: ServedIngest,
        while fire: @escaping @Sendable () async throws -> Void
    ) async throws {
        let files = (0..<4).map { Mixed("f\($0)", rows: 2_000, seed: UInt64($0)) }
        var ids: [String] = []
        for _ in files { ids.append(try await ingest.createImport().importID) }
        let names = ids
        try await withThrowingTaskGroup { group in
            for (file, id) in zip(files, names) {
                group.addTask { try await upload(Array(file.text.utf8), to: id, ingest) }
            }
            group.addTask { try await fire() }
            try await group.waitForAll()
        }
        for (file, id) in zip(files, names) {
            let done = try await settledAnyhow(id, ingest)
            #expect(done.state == .completed, "\(done.findings)")
            #expect(
                [done.rows, done.accepted, done.duplicate, done.rejected].map(Int.init)
                    == [file.rows, file.accepted, file.duplicate, file.rejected]
            )
            #expect(
                try await ingest.lines(
                    """
                    select count(*), count(distinct row_number) from rejected_rows
                    where batch = '\(id)'
                    """
                ) == ["\(file.rejected)|\(file.rejected)"]
            )
        }
        let accepted = files.reduce(0) { $0 + $1.accepted }
        #expect(
            try await ingest.lines("select count(*), count(distinct event_id) from events")
                == ["\(accepted)|\(accepted)"]
        )
        await ingest.stop()
    }

    /// Waits for the end of an import, also when what watches it is killed.
    private func settledAnyhow(
        _ id: String,
        _ ingest: ServedIngest
    ) async throws -> IngestV1.Import {
        while true {
            do {
                return try await ingest.settled(id)
            } catch let error as RPCError where Self.passing.contains(error.code) {
                try await ingest.served.fixture.pause(.milliseconds(50))
            }
        }
    }
}
