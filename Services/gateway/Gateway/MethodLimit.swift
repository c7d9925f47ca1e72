internal import Lifecycle

/// How large the messages of one method may be.
public struct MethodLimit: Sendable, Equatable {
    /// The method's path, as `/sextant.ingest.v1.Ingest/RecordEvents`.
    public let path: String
    /// The most bytes.
    public let bytes: Int
}

extension ConfigurationForm<MethodLimit> {
    /// A method and a number of bytes, of a gigabyte at most.
    static var methodLimit: Self {
        let sizes = ConfigurationForm<Int>.bytes(in: 1...(1 << 30))
        return Self(
            expecting: "service/method=bytes, as sextant.ingest.v1.Ingest/RecordEvents=64MiB",
            placeholder: MethodLimit(path: "/a.B/C", bytes: 1),
            read: { (text) throws(ConfigurationFault) in
                let sides = text.split(separator: "=", omittingEmptySubsequences: false)
                guard sides.count == 2,
                    sides[0].split(separator: "/", omittingEmptySubsequences: false).count == 2
                else { throw .malformed }
                return MethodLimit(path: "/" + sides[0], bytes: try sizes.read(String(sides[1])))
            },
            print: { "\($0.path.dropFirst())=\(sizes.print($0.bytes))" }
        )
    }
}
