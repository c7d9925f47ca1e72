import Foundation
import Testing

@Suite("Reflection can serve every file together with all it imports")
struct ReflectionTests {
    @Test("Each import of a file's table is the path of another table")
    func closure() throws {
        var imports: [String: [String]] = [:]
        for folder in ["Shared/Messages", "Tests/TestKit/Messages"] {
            let folder = Generation.root.appendingPathComponent(folder)
            for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
                let file = folder.appendingPathComponent(name)
                let code = try String(contentsOf: file, encoding: .utf8)
                let table = /FileSchema\(\s*"([^"]+)",\s*imports: \[([^\]]*)\]/
                for match in code.matches(of: table) {
                    let paths = match.2.split(separator: ", ").map { $0.dropFirst().dropLast() }
                    imports[String(match.1)] = paths.map(String.init)
                }
            }
        }
        #expect(imports["sextant/api/annotations.proto"]?.isEmpty == false)
        #expect(imports["google/protobuf/descriptor.proto"]?.isEmpty == true)
        for (path, imported) in imports {
            for other in imported { #expect(imports[other] != nil, "\(path) imports \(other)") }
        }
    }
}
