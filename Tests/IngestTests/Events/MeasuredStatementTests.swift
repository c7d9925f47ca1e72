import Foundation
import Ingest
import TestKit
import Testing

@Suite("The statement that writes events")
struct MeasuredStatementTests {
    @Test("has the parameters that a program of C gives it, beside which it is measured")
    func parameters() throws {
        let path = OutsideProgram.repository + "/Tests/Benchmarks/Peers/ingest.c"
        let peer = try String(contentsOfFile: path, encoding: .utf8)
        let given = try #require(peer.firstMatch(of: #/PARAMETERS = ([0-9]+)/#)?.1)
        let asked = IngestService.insertStatement.matches(of: #/\$([0-9]+)/#).compactMap {
            Int($0.1)
        }
        #expect(Int(given) == asked.max())
    }
}
