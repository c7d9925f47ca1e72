internal import Glibc
internal import Net
internal import Simulator

/// Writes the files of a simulated world into a folder.
struct FolderSink: WorldSink, ~Copyable {
    /// The folder, without a slash at its end.
    let folder: String
    private var file: Descriptor?

    /// A sink.
    ///
    /// - Parameter folder: where files go; it is made if it is not there.
    /// - Throws: ``CommandFailure`` if it cannot be made, or something is in it.
    init(_ folder: String) throws(CommandFailure) {
        self.folder = folder.count > 1 && folder.hasSuffix("/") ? String(folder.dropLast()) : folder
        do throws(SystemError) {
            try FileSystem.makeFolder(self.folder, mode: 0o755)
            // What is there already may be a file.
            let flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC
            _ = try Descriptor("open \(folder)", unsafe open(self.folder, flags))
        } catch {
            throw CommandFailure(what: "\(folder) cannot be a folder", cause: "\(error)")
        }
        guard FileSystem.names(in: self.folder).isEmpty else {
            throw CommandFailure.usage(
                "--out is \(folder), which is not empty: name a new folder",
                next: "sextant help simulate"
            )
        }
    }

    mutating func begin(_ path: String) throws(SystemError) {
        let whole = "\(folder)/\(path)"
        if let slash = whole.lastIndex(of: "/") {
            try FileSystem.makeFolder(String(whole[..<slash]), mode: 0o755)
        }
        let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC
        file = try Descriptor("open \(whole)", unsafe open(whole, flags, 0o644))
    }

    mutating func write(_ bytes: [UInt8]) throws(SystemError) { try file?.write(bytes) }

    mutating func end() throws(SystemError) { file = nil }
}
