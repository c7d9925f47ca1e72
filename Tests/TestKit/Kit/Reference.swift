public import Foundation

/// The reference data beside the repository, which may not be part of it.
public enum Reference {
    /// The folder that `SEXTANT_REFERENCE` names, or `shared` beside the repository; nil if there
    /// is none.
    public static let folder: URL? = {
        let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        let path = ProcessInfo.processInfo.environment["SEXTANT_REFERENCE"]
        let folder =
            path.map { URL(fileURLWithPath: $0) }
            ?? root.deletingLastPathComponent().appendingPathComponent("shared")
        return FileManager.default.fileExists(atPath: folder.path) ? folder : nil
    }()
}
