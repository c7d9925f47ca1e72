import Foundation

/// The files of `Inputs/`, which say in themselves what made them.
enum Golden {
    private static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent()
        .appendingPathComponent("Inputs")

    static func read<Value: Decodable>(_ name: String, as type: Value.Type) throws -> Value {
        let bytes = try Data(contentsOf: folder.appendingPathComponent(name))
        return try JSONDecoder().decode(type, from: bytes)
    }
}
