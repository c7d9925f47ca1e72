/// Finds out whether bytes are UTF-8.
///
/// ASCII passes sixteen bytes at a time. Other text goes through a finite automaton whose whole
/// state is a shift: one table load and one shift for each byte, no branch on what the byte is, so
/// that Chinese or emoji cost the same as Latin with accents. (The automaton is the one of Unicode
/// Standard table 3-7; packing its transitions into one word per byte is Per Vognsen's.)
enum UTF8Validation {
    /// The offset of the first byte that cannot be part of valid UTF-8, or nil.
    ///
    /// For text that ends inside a character it is the end of the range.
    ///
    /// - Parameters:
    ///   - bytes: the bytes the text lies in.
    ///   - range: where it lies; within `bytes`.
    /// - Returns: an offset in `bytes`.
    @inline(__always)
    static func firstInvalidByte(in bytes: RawSpan, _ range: Range<Int>) -> Int? {
        precondition(range.lowerBound >= 0 && range.upperBound <= bytes.byteCount, "out of bounds")
        var offset = range.lowerBound
        let end = range.upperBound
        // Loads of eight bytes stay below `end`, which the precondition bounds.
        while offset &+ 8 <= end {
            let word = unsafe bytes.unsafeLoadUnaligned(
                fromUncheckedByteOffset: offset,
                as: UInt64.self
            )
            if word & 0x8080_8080_8080_8080 != 0 {
                return firstInvalidByteOfMixedText(in: bytes, offset, end)
            }
            offset &+= 8
        }
        if offset == end { return nil }
        // What comes after `end` is shifted out.
        let kept =
            bytes.paddedWord(at: offset)
            &<< UInt64(truncatingIfNeeded: 64 &- 8 &* (end &- offset))
        if kept & 0x8080_8080_8080_8080 == 0 { return nil }
        return firstInvalidByteOfMixedText(in: bytes, offset, end)
    }

    /// The same from an offset where a character starts.
    @inline(never)
    private static func firstInvalidByteOfMixedText(
        in bytes: RawSpan,
        _ start: Int,
        _ end: Int
    ) -> Int? {
        var offset = start
        var state = accept
        while offset &+ 16 <= end {
            // Sixteen bytes from `offset` lie before `end`, within the span.
            let block = unsafe bytes.unsafeLoadUnaligned(
                fromUncheckedByteOffset: offset,
                as: SIMD16<UInt8>.self
            )
            if state & 63 == accept && block.max() < 0x80 {
                offset &+= 16
                continue
            }
            var next = state
            for lane in 0..<16 {
                next = transitions[Int(block[lane])] &>> (next & 63)
            }
            if next & 63 == reject { break }
            state = next
            offset &+= 16
        }
        while offset < end {
            let next = transitions[Int(bytes.byte(at: offset))] &>> (state & 63)
            if next & 63 == reject { return offset }
            state = next
            offset &+= 1
        }
        return state & 63 == accept ? nil : end
    }

    // States are the shifts at which a transition finds its own next state.
    private static let reject: UInt64 = 0
    private static let accept: UInt64 = 6
    private static let oneMore: UInt64 = 12
    private static let twoMore: UInt64 = 18
    private static let threeMore: UInt64 = 24
    private static let afterE0: UInt64 = 30
    private static let afterED: UInt64 = 36
    private static let afterF0: UInt64 = 42
    private static let afterF4: UInt64 = 48

    /// For each byte, the next state from each state, six bits a state.
    private static let transitions: [UInt64] = (0..<256).map { byte in
        var word: UInt64 = 0
        func from(_ state: UInt64, to next: UInt64) { word |= next << state }
        switch byte {
        case 0x00...0x7F: from(accept, to: accept)
        case 0xC2...0xDF: from(accept, to: oneMore)
        case 0xE0: from(accept, to: afterE0)
        case 0xED: from(accept, to: afterED)
        case 0xE1...0xEF: from(accept, to: twoMore)
        case 0xF0: from(accept, to: afterF0)
        case 0xF1...0xF3: from(accept, to: threeMore)
        case 0xF4: from(accept, to: afterF4)
        default: break
        }
        if (0x80...0xBF).contains(byte) {
            from(oneMore, to: accept)
            from(twoMore, to: oneMore)
            from(threeMore, to: twoMore)
            if byte >= 0xA0 { from(afterE0, to: oneMore) } else { from(afterED, to: oneMore) }
            if byte >= 0x90 { from(afterF0, to: twoMore) } else { from(afterF4, to: twoMore) }
        }
        return word
    }
}
