internal import Crypto
internal import Wire

/// One change of a schema: SQL that is run once, forward only, and never edited afterwards.
public struct Migration: Sendable, Hashable {
    /// The name of its file without `.sql`, as `m0001_events`.
    public let name: String
    /// The number in its name, from 1.
    public let version: Int
    /// Its statements, which are run as one transaction.
    public let sql: String
    /// The SHA-256 of its text, by which an edited one is told.
    public let checksum: [UInt8]

    /// A migration of a file.
    ///
    /// - Parameters:
    ///   - name: `m`, four digits, `_`, and words of `a-z`, `0-9` and `_`.
    ///   - bytes: the file, UTF-8.
    /// - Throws: ``SchemaError/invalidPlan(_:)``.
    public init(_ name: String, _ bytes: [UInt8]) throws(SchemaError) {
        let letters = Array(name.utf8)
        let isWord = letters.dropFirst(6).allSatisfy {
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains($0)
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: "_")
        }
        guard (7...100).contains(letters.count), letters[0] == UInt8(ascii: "m"),
            letters[5] == UInt8(ascii: "_"), isWord, let version = Int(name.dropFirst().prefix(4)),
            version > 0
        else { throw .invalidPlan("'\(name)' is no name of a migration") }
        guard let sql = String(validating: bytes, as: UTF8.self), !bytes.contains(0) else {
            throw .invalidPlan("\(name) is no text")
        }
        self.name = name
        self.version = version
        self.sql = sql
        checksum = SHA256.digest(of: bytes.rawBytes).bytes
    }
}
