internal import Foundation

/// A file of a test's own, which the test removes.
public struct TemporaryFile: Sendable {
    /// Where it is.
    public let path: String

    /// Writes it.
    ///
    /// - Parameters:
    ///   - text: what it holds.
    ///   - mode: who may read and write it.
    /// - Throws: an error if it cannot be written.
    public init(_ text: String, mode: Int = 0o600) throws {
        path = NSTemporaryDirectory() + "sextant-file-" + UUID().uuidString
        try Data(text.utf8).write(to: URL(fileURLWithPath: path))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
    }

    /// Removes it, if it is there still.
    public func remove() {
        try? FileManager.default.removeItem(atPath: path)
    }
}
