import TestKit
import Testing
import Wire

/// Bytes at the edge of a rule of the binary form, read as `sextant.testing.v1.Everything`, and who
/// accepts them.
struct EdgeCase: Sendable, CustomTestStringConvertible {
    let testDescription: String
    let bytes: [UInt8]
    let weAccept: Bool
    let theyAccept: Bool

    private init(_ name: String, _ bytes: [UInt8], we: Bool, they: Bool) {
        testDescription = name
        self.bytes = bytes
        weAccept = we
        theyAccept = they
    }

    private static func differing(
        _ name: String,
        _ hexadecimal: String,
        we: Bool,
        they: Bool
    ) -> EdgeCase {
        EdgeCase(name, [UInt8](hexadecimal: hexadecimal), we: we, they: they)
    }

    private static func accepted(_ name: String, _ hexadecimal: String) -> EdgeCase {
        EdgeCase(name, [UInt8](hexadecimal: hexadecimal), we: true, they: true)
    }

    private static func refused(_ name: String, _ hexadecimal: String) -> EdgeCase {
        EdgeCase(name, [UInt8](hexadecimal: hexadecimal), we: false, they: false)
    }

    static let all = tags + lengths + varints + groups + texts + depths

    private static let tags: [EdgeCase] = [
        accepted("a tag of five bytes", "98 80 80 80 00  01"),
        accepted("an unknown tag of five bytes", "98 A0 80 80 00  01"),
        refused("a tag of six bytes", "98 80 80 80 80 00  01"),
        accepted("the largest tag", "F8 FF FF FF 0F  00"),
        refused("a field number beyond the largest", "80 80 80 80 10  00"),
        refused("field number zero", "00 00"),
        refused("field number zero in three bytes", "82 80 00  00"),
        // Reading an unknown group, upb does not look at the numbers.
        differing(
            "field number zero in an unknown group",
            "A3 01  00 00  A4 01",
            we: false,
            they: true
        ),
        refused("wire type 6", "1E 00"),
        refused("wire type 7 of an unknown field", "A7 01  00"),
        refused("wire type 6 in a group", "A3 01  A6 01 00  A4 01"),
        accepted("a known field of another wire type", "1D 01 00 00 00"),
    ]

    private static let lengths: [EdgeCase] = [
        accepted("a length of five bytes", "72  81 80 80 80 00  41"),
        refused("a length of six bytes", "72  81 80 80 80 80 00  41"),
        refused("a length beyond the end", "72  02  41"),
        refused("a length beyond the message that encloses it", "92 01 02  72 01  41"),
        refused("a length of 2^31", "72  80 80 80 80 08"),
        refused("a length of 2^64 - 1", "72  FF FF FF FF FF FF FF FF FF 01"),
        refused("packed numbers that end inside one", "8A 03 03  00 00 00"),
        refused("packed varints that end inside one", "DA 02 02  01 80"),
        accepted("an empty packed field", "DA 02 00"),
    ]

    private static let varints: [EdgeCase] = [
        accepted("64 bits", "18  FF FF FF FF FF FF FF FF FF 01"),
        accepted("ten bytes for one bit", "18  81 80 80 80 80 80 80 80 80 00"),
        refused("eleven bytes", "18  81 80 80 80 80 80 80 80 80 80 00"),
        refused("a varint that does not end", "18  FF"),
        // upb drops what is beyond the 64th bit.
        differing("65 bits", "18  81 80 80 80 80 80 80 80 80 02", we: false, they: true),
        accepted("an enum of more than 32 bits", "80 01  81 80 80 80 80 80 80 80 80 01"),
        accepted("a Boolean that is neither 0 nor 1", "68  80 80 80 80 80 80 80 80 80 01"),
    ]

    private static let groups: [EdgeCase] = [
        accepted("an empty group", "A3 01  A4 01"),
        accepted("a group where a message is known", "93 01  94 01"),
        refused("the end of a group that did not begin", "A4 01"),
        refused("the end of another group", "A3 01  AC 01"),
        refused("a group that does not end", "A3 01"),
        refused("a group that ends outside its message", "92 01 02  A3 01  A4 01"),
    ]

    private static let texts: [EdgeCase] = [
        refused("a surrogate", "72 03  ED A0 80"),
        refused("an overlong NUL", "72 02  C0 80"),
        refused("beyond U+10FFFF", "72 04  F4 90 80 80"),
        refused("a character cut short", "72 02  E2 82"),
        refused("a map key that is not UTF-8", "92 05 03  0A 01 FF"),
        accepted("unknown bytes that are not UTF-8", "A2 01 01  FF"),
        accepted("U+0000 and U+10FFFF", "72 05  00 F4 8F BF BF"),
    ]

    /// Our limit of 100 counts the outermost message, protobuf's does not.
    private static let depths: [EdgeCase] = [99, 100, 101].flatMap { depth in
        [
            EdgeCase("\(depth) messages", messages(depth), we: depth <= 100, they: depth <= 100),
            EdgeCase("\(depth) groups", groups(depth), we: depth <= 100, they: depth <= 100),
        ]
    }

    /// An empty message inside so many others.
    private static func messages(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<count {
            var buffer = OutputBuffer()
            buffer.appendField(tag: 18 << 3 | 2, bytes.rawBytes)
            bytes = Array(copying: buffer.bytes)
        }
        return bytes
    }

    /// Unknown groups, each inside the other.
    private static func groups(_ count: Int) -> [UInt8] {
        (0..<count).flatMap { _ in [0xA3, 0x01] as [UInt8] }
            + (0..<count).flatMap { _ in [0xA4, 0x01] as [UInt8] }
    }
}
