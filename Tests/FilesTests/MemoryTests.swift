import Files
import Foundation
import TestKit
import Testing
import Wire

@Suite("Memory", .timeLimit(.minutes(10)))
struct MemoryTests {
    /// The long form reads 200 MB, which is more than the bound by far.
    private static let isLong = ProcessInfo.processInfo.environment["SEXTANT_LONG"] != nil
    private static let boundBytes = 16 << 20

    /// In a process of its own: the most memory that one has had is never less again.
    @Test("does not grow with a file")
    func bounded() async {
        await #expect(processExitsWith: .success) { try MemoryTests.readMuch() }
    }

    private static func readMuch() throws {
        let plan = FilePlan(
            kind: .spend,
            form: .delimited(Dialect()),
            columns: [
                FilePlan.Column(header: "date", role: .date),
                FilePlan.Column(header: "channel", role: .channel),
                FilePlan.Column(header: "spend", role: .spend),
            ]
        )
        let block = Array(
            String(repeating: "2026-01-31,\"paid \"\"social\"\"\",1234.50\n", count: 2_000).utf8
        )
        let blocks = (isLong ? 200_000_000 : 20_000_000) / block.count
        var reader = FileReader(plan, now: today)
        let head = Array("date,channel,spend\n".utf8)
        reader.append(head.rawBytes)
        let before = try ThisProcess.peakBytes()
        var (sent, rows) = (0, 0)
        var total = ExactDecimal.zero
        reading: while true {
            switch try reader.next() {
            case .ended: break reading
            case .starved where sent == blocks: reader.finish()
            case .starved:
                reader.append(block.rawBytes)
                sent += 1
            case .row(let row):
                guard case .read(.spend(let spend)) = row.fate else { continue }
                rows += 1
                total = try #require(total.adding(spend.spend))
            }
        }
        precondition(rows == blocks * 2_000, "\(rows) rows of \(blocks * 2_000)")
        let tenths = rows * 12_345
        precondition(total.description == "\(tenths / 10).\(tenths % 10)0", "\(total)")
        let grown = try ThisProcess.peakBytes() - before
        // A sanitizer keeps what was freed, with margins around each piece: it tells other things.
        guard ThisProcess.quarantineBytes == 0 else { return }
        precondition(grown < boundBytes, "grown by \(grown) bytes of \(boundBytes)")
    }
}
