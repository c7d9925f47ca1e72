internal import Foundation

/// A file as it is sent, or standard input.
final class FileSource {
    /// What it is called.
    let name: String
    /// How many bytes it has; nil if nobody knows.
    let size: Int64?

    private let handle: FileHandle
    private let path: String

    /// Opens a file.
    ///
    /// - Parameter path: where it is; `-` for standard input.
    /// - Throws: ``CommandFailure`` if it cannot be read.
    init(_ path: String) throws(CommandFailure) {
        self.path = path
        if path == "-" {
            (name, size, handle) = ("standard input", nil, .standardInput)
            return
        }
        let attributes = try? FileManager.default.attributesOfItem(atPath: path)
        guard let handle = FileHandle(forReadingAtPath: path), let attributes,
            attributes[.type] as? FileAttributeType != .typeDirectory
        else { throw .usage("\(path) cannot be read", next: "sextant help import") }
        self.handle = handle
        name = String((path.split(separator: "/").last ?? "file").suffix(200))
        let isRegular = attributes[.type] as? FileAttributeType == .typeRegular
        size = isRegular ? (attributes[.size] as? NSNumber)?.int64Value : nil
    }

    /// Passes over the first bytes.
    ///
    /// - Throws: ``CommandFailure`` if there are not so many.
    func skip(to offset: Int64) throws(CommandFailure) {
        if offset == 0 { return }
        do {
            if size != nil {
                try handle.seek(toOffset: UInt64(offset))
                return
            }
            var rest = Int(offset)
            while rest > 0 {
                guard let bytes = try handle.read(upToCount: min(rest, 1 << 20)), !bytes.isEmpty
                else { throw CommandFailure.usage("\(path) has less than \(offset) bytes") }
                rest -= bytes.count
            }
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw .usage("\(path) cannot be read: \(error)")
        }
    }

    /// The next bytes; empty at the end.
    ///
    /// - Parameter count: how many at most.
    /// - Throws: ``CommandFailure`` if they cannot be read.
    func next(_ count: Int) throws(CommandFailure) -> [UInt8] {
        var bytes: [UInt8] = []
        do {
            while bytes.count < count,
                let more = try handle.read(upToCount: count - bytes.count), !more.isEmpty
            {
                bytes.append(contentsOf: more)
            }
        } catch {
            throw .usage("\(path) cannot be read: \(error)")
        }
        return bytes
    }
}
