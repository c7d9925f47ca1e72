import Foundation

/// A folder for the files of one test, removed with it.
final class TemporaryFolder {
    private let folder: String

    init() throws {
        folder = NSTemporaryDirectory() + "sextant-lifecycle-" + UUID().uuidString
        try FileManager.default.createDirectory(
            atPath: folder,
            withIntermediateDirectories: true
        )
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func path(_ name: String) -> String { folder + "/" + name }

    /// Writes a file and returns its path.
    func write(_ contents: [UInt8], to name: String) throws -> String {
        try Data(contents).write(to: URL(fileURLWithPath: path(name)))
        return path(name)
    }

    func write(_ contents: String, to name: String) throws -> String {
        try write(Array(contents.utf8), to: name)
    }
}
