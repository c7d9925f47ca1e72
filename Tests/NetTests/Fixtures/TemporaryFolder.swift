import Foundation

/// A folder for the files of one test, removed with it.
final class TemporaryFolder {
    private let folder: String

    init() throws { folder = try TestCertificates.makeFolder() }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func path(_ name: String) -> String { folder + "/" + name }

    /// Writes a file anew, under a new inode, and returns its path.
    @discardableResult
    func write(_ contents: String, to name: String) throws -> String {
        try contents.write(toFile: path(name), atomically: true, encoding: .utf8)
        return path(name)
    }
}
