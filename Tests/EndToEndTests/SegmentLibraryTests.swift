import Foundation
import TestKit
import Testing

@Suite("Segment's own library", .timeLimit(.minutes(15)))
struct SegmentLibraryTests {
    /// How many events it sends; the long form as many as are promised.
    private static let count =
        ProcessInfo.processInfo.environment["SEXTANT_LONG"] == "1" ? 100_000 : 3_000

    @Test("delivers all its events through the edge, and its order is a conversion")
    func delivers() async throws {
        let sextant = try InstalledSextant()
        let up = try await sextant.up()
        #expect(up.status == 0, "\(up.errors)")
        let status = try await sextant.json("status")
        let url = try #require(status["url"] as? String)
        let key = try #require(status["key"] as? String)
        // A new tenant is known everywhere within seconds.
        var (isKnown, looks) = (false, 0)
        while !isKnown && looks < 500 {
            isKnown = try await counts(url, key).status == 0
            looks += 1
        }
        let sent = try await OutsideProgram.run(
            OutsideProgram.python,
            OutsideProgram.repository + "/Tests/EndToEndTests/Peers/segment_events.py",
            url,
            key,
            "\(Self.count)"
        )
        #expect(sent.status == 0 && sent.text == "[]\n", "\(sent.errors)")
        let rows = try await counts(url, key).text.split(whereSeparator: \.isNewline)
            .map { $0.split(separator: ",").dropFirst().joined(separator: ",") }
        #expect(rows.contains("KIND_CONVERSION,1"), "\(rows)")
        // Midnight may lie between them.
        let views = rows.filter { $0.hasPrefix("KIND_CUSTOM,") }.compactMap {
            Int($0.dropFirst("KIND_CUSTOM,".count))
        }
        #expect(views.reduce(0, +) == Self.count)
        #expect(try await sextant.run("down", "--delete-data").status == 0)
    }

    /// The counts of events of all these days, as CSV.
    private func counts(_ url: String, _ key: String) async throws -> OutsideProgram.Output {
        let now = Date()
        let days = [-86_400, 86_400].map { seconds in
            ISO8601DateFormatter().string(from: now.addingTimeInterval(seconds)).prefix(10)
        }
        return try await OutsideProgram.run(
            "curl",
            "--fail",
            "--silent",
            "--user",
            key + ":",
            "--header",
            "accept: text/csv",
            "\(url)/v1/events:count?from=\(days[0])&to=\(days[1])"
        )
    }
}
