import Foundation
import FuzzTargets
import Testing
import Wire

@Suite("What fuzzing found on the way keeps the properties of its target")
struct CorpusTests {
    @Test("input by input", arguments: FuzzTarget.allCases)
    func replay(target: FuzzTarget) throws {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("Fuzz/Corpus/\(target.rawValue)")
        let inputs = try FileManager.default.contentsOfDirectory(
            at: folder,
            includingPropertiesForKeys: nil
        )
        #expect(inputs.count > 100)
        for input in inputs {
            // A target stops the process where a property does not hold.
            target.run([UInt8](try Data(contentsOf: input)).rawBytes)
        }
    }
}
