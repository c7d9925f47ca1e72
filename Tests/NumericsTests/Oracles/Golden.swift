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

/// The reference data beside the repository, which may not be part of it.
enum Reference {
    static let folder: URL? = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let path = ProcessInfo.processInfo.environment["SEXTANT_REFERENCE"]
        let folder =
            path.map { URL(fileURLWithPath: $0) }
            ?? root.deletingLastPathComponent().appendingPathComponent("shared")
        return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
    }()
}
