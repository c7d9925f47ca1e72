import Foundation

/// The runner's protocol on standard input and output: four bytes of length, little-endian, then as
/// many bytes.
enum Pipe {
    /// The next request, or nil at the end of the input.
    static func read() throws -> [UInt8]? {
        guard let head = try read(count: 4) else { return nil }
        let length = head.reversed().reduce(0) { $0 << 8 | Int($1) }
        return length == 0 ? [] : try read(count: length)
    }

    private static func read(count: Int) throws -> [UInt8]? {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let more = try FileHandle.standardInput.read(upToCount: count - bytes.count)
            guard let more, !more.isEmpty else { return nil }
            bytes += more
        }
        return bytes
    }

    /// Sends a response.
    static func write(_ bytes: [UInt8]) throws {
        let length = (0..<4).map { UInt8(truncatingIfNeeded: bytes.count >> (8 * $0)) }
        try FileHandle.standardOutput.write(contentsOf: length + bytes)
    }
}
