internal import Wire

/// What stands between the channels of a path that is written as text.
public struct PathSeparator: Equatable, Sendable {
    let bytes: [UInt8]

    /// A separator; nil if its text is empty.
    ///
    /// - Parameter text: what stands between channels, such as `>` or `, `; blanks at its ends do
    ///   not count, unless it is of blanks alone.
    public init?(_ text: String) {
        let all = Array(text.utf8)
        let start = all.firstIndex { $0 != UInt8(ascii: " ") } ?? 0
        let end = all.lastIndex { $0 != UInt8(ascii: " ") }.map { $0 + 1 } ?? all.count
        guard start < end else { return nil }
        bytes = Array(all[start..<end])
    }

    /// `a > b > c`.
    public static let angle = PathSeparator(bytes: [UInt8(ascii: ">")])

    private init(bytes: [UInt8]) { self.bytes = bytes }
}

extension PathTable {
    /// Adds journeys whose path is text.
    ///
    /// Blanks around a channel do not count, and where nothing stands between two separators there
    /// is no touch. A channel whose name has the separator in it cannot be told from two: such
    /// names go in by ``channel(_:)`` and numbers.
    ///
    /// - Parameters:
    ///   - text: UTF-8.
    ///   - separator: what stands between channels.
    ///   - conversions: how many journeys with a conversion took the path.
    ///   - value: what those are worth together.
    ///   - nulls: how many without one.
    /// - Throws: ``AttributionFailure``; the table is then as it was, but for new channels.
    public mutating func append(
        text: RawSpan,
        separator: PathSeparator = .angle,
        conversions: Int,
        value: PathValue,
        nulls: Int
    ) throws(AttributionFailure) {
        guard !isTimed else { throw .timesMissing }
        // The touches of a row are written to memory that all rows share, and is taken for it.
        var steps: [ChannelNames.ID] = []
        swap(&steps, &scratch)
        defer { swap(&steps, &scratch) }
        if steps.isEmpty { steps = Array(repeating: 0, count: Self.mostTouchesPerPath) }
        let count = try channels.split(text, separator, into: &steps, from: 0)
        let journeys = Journeys(conversions: conversions, value: value, nulls: nulls)
        try add(steps.span.extracting(0..<count), Span(), journeys)
    }
}

extension ChannelNames {
    /// Finds the touches of a text, eight bytes at a time.
    ///
    /// - Parameters:
    ///   - text: UTF-8.
    ///   - separator: what stands between channels.
    ///   - steps: where touches go; it has room for those of the longest path.
    ///   - first: the place of the first of them.
    /// - Returns: how many there are.
    /// - Throws: ``AttributionFailure``.
    mutating func split(
        _ text: RawSpan,
        _ separator: PathSeparator,
        into steps: inout [ID],
        from first: Int
    ) throws(AttributionFailure) -> Int {
        let (initial, width) = (separator.bytes[0], separator.bytes.count)
        let lanes = UInt64(initial) &* 0x0101_0101_0101_0101
        var steps = steps.mutableSpan
        var (next, start, offset) = (first, 0, 0)
        while offset < text.byteCount {
            var found = Self.zeros(text.word(at: offset) ^ lanes)
            while found != 0 {
                let place = offset &+ found.trailingZeroBitCount / 8
                found &= found &- 1
                guard place >= start, place < text.byteCount,
                    width == 1 || separator.stands(in: text, at: place)
                else { continue }
                if let channel = try channel(in: text, start, place) {
                    if next < steps.count { steps[next] = channel }
                    next &+= 1
                }
                start = place &+ width
            }
            offset &+= 8
        }
        if let channel = try channel(in: text, start, text.byteCount) {
            if next < steps.count { steps[next] = channel }
            next &+= 1
        }
        let most = PathTable.mostTouchesPerPath
        guard next - first <= most else {
            throw .pathTooLong(touches: next - first, most: most)
        }
        return next - first
    }

    /// The channel between two separators; nil where there are only blanks.
    @inline(__always)
    private mutating func channel(
        in text: RawSpan,
        _ start: Int,
        _ end: Int
    ) throws(AttributionFailure) -> ID? {
        var (start, end) = (start, end)
        while start < end, text.byte(at: start) == UInt8(ascii: " ") { start &+= 1 }
        while start < end, text.byte(at: end &- 1) == UInt8(ascii: " ") { end &-= 1 }
        return start < end ? try id(in: text, start, end) : nil
    }

    /// The high bit of each byte that is zero, and no other.
    @inline(__always)
    private static func zeros(_ word: UInt64) -> UInt64 {
        let low: UInt64 = 0x7f7f_7f7f_7f7f_7f7f
        return ~(((word & low) &+ low) | word | low)
    }
}

extension PathSeparator {
    fileprivate func stands(in text: RawSpan, at offset: Int) -> Bool {
        guard text.byteCount - offset >= bytes.count else { return false }
        for index in 1..<max(1, bytes.count) where text.byte(at: offset + index) != bytes[index] {
            return false
        }
        return true
    }
}
