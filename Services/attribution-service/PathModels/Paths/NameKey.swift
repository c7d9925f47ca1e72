internal import Wire

/// What a name is looked up by: of a name of at most 16 bytes all of them, of a longer one a hash.
struct NameKey: Equatable, Sendable {
    /// The first eight bytes, those that are missing zero, or the hash.
    private let first: UInt64
    /// The last eight bytes, or the first once more; 0 of a long name.
    private let last: UInt64
    private let length: Int32

    /// The key of no name.
    init() { (first, last, length) = (0, 0, 0) }

    /// Looks at a name.
    ///
    /// - Parameters:
    ///   - text: what it stands in.
    ///   - start: where it begins.
    ///   - end: where it ends.
    @inline(__always)
    init(_ text: RawSpan, _ start: Int, _ end: Int) {
        let length = end &- start
        self.length = Int32(truncatingIfNeeded: length)
        if length >= 8, length <= 16 {
            first = text.littleEndian(at: start, as: UInt64.self)
            last = text.littleEndian(at: end &- 8, as: UInt64.self)
        } else if length < 8 {
            first = text.word(at: start) & (1 &<< UInt64(truncatingIfNeeded: 8 &* length) &- 1)
            last = first
        } else {
            first = ChannelNames.hash(text.extracting(start..<end))
            last = 0
        }
    }

    /// Whether other names may have the same key.
    @inline(__always)
    var isLong: Bool { length > 16 }

    /// A number whose low bits say where the name belongs.
    @inline(__always)
    var home: Int {
        let mixed = (first ^ (last &<< 25 | last &>> 39)) &* 0x9e37_79b9_7f4a_7c15
        return Int(truncatingIfNeeded: mixed &>> 40)
    }
}

extension RawSpan {
    /// The eight bytes from a place on as a little-endian number; those behind the end are zero.
    @inline(__always)
    func word(at offset: Int) -> UInt64 {
        if offset &+ 8 <= byteCount { return littleEndian(at: offset, as: UInt64.self) }
        if byteCount >= 8 {
            let missing = offset &+ 8 &- byteCount
            return littleEndian(at: byteCount &- 8, as: UInt64.self)
                >> UInt64(truncatingIfNeeded: 8 &* missing)
        }
        var word: UInt64 = 0
        var last = byteCount
        while last > offset {
            last &-= 1
            word = word &<< 8 | UInt64(byte(at: last))
        }
        return word
    }
}
