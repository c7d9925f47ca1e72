/// What the validator has to do for a field of some tag: looked up once, in four bytes.
struct TagRule {
    private let bits: UInt32

    /// How the bytes after a tag are checked.
    enum Check: UInt8 {
        case unknown, varint, fixed32, fixed64, bytes, text, message
        case packedVarint, packedFixed32, packedFixed64
    }

    /// The message has no field that accepts the tag.
    static let unknown = TagRule(bits: 0)

    private init(bits: UInt32) { self.bits = bits }

    /// - Parameters:
    ///   - field: the field of the tag's number.
    ///   - index: its position in its schema.
    ///   - wireType: the tag's wire type.
    init(of field: FieldEntry, at index: Int, wireType: UInt8) {
        let check: Check
        switch (field.kind, WireType(rawValue: wireType)) {
        case (.string, .lengthDelimited): check = .text
        case (.bytes, .lengthDelimited): check = .bytes
        case (.message, .lengthDelimited): check = .message
        case (_, let type?) where type == field.wireType: check = Self.check(type, packed: false)
        case (_, .lengthDelimited) where field.isRepeated:
            check = Self.check(field.wireType, packed: true)
        default:
            self = .unknown
            return
        }
        // The elements of a packed run are counted where they are read.
        let isPacked = check.rawValue >= Check.packedVarint.rawValue
        let isElement: UInt32 = field.isRepeated && !isPacked ? 1 << 8 : 0
        let isTracked: UInt32 = field.trackedBit == FieldEntry.untracked ? 0 : 1 << 9
        bits = UInt32(index) << 16 | isTracked | isElement | UInt32(check.rawValue)
    }

    private static func check(_ wireType: WireType, packed: Bool) -> Check {
        switch wireType {
        case .fixed32: packed ? .packedFixed32 : .fixed32
        case .fixed64: packed ? .packedFixed64 : .fixed64
        default: packed ? .packedVarint : .varint
        }
    }

    /// How the bytes after the tag are checked.
    @inline(__always)
    var check: Check { Check(rawValue: UInt8(truncatingIfNeeded: bits)) ?? .unknown }

    /// Whether what follows the tag is one element of a repeated field.
    @inline(__always)
    var isElement: Bool { bits & 1 << 8 != 0 }

    /// Whether the field must lie in one place; see ``RunTracker``.
    @inline(__always)
    var isTracked: Bool { bits & 1 << 9 != 0 }

    /// The field's position in its schema.
    @inline(__always)
    var index: Int { Int(bits &>> 16) }
}
