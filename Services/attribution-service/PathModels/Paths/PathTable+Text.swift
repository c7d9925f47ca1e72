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
        let start = touches.count
        do throws(AttributionFailure) {
            try split(text, separator)
        } catch {
            drop(from: start)
            throw error
        }
        try close(start, conversions, value, nulls)
    }

    private mutating func split(
        _ text: RawSpan,
        _ separator: PathSeparator
    ) throws(AttributionFailure) {
        let (first, width) = (separator.bytes[0], separator.bytes.count)
        var start = 0
        var offset = 0
        while offset <= text.byteCount {
            let isEnd = offset == text.byteCount
            let isFound = !isEnd && text.byte(at: offset) == first
            guard isEnd || isFound && separator.stands(in: text, at: offset) else {
                offset += 1
                continue
            }
            var (low, high) = (start, offset)
            while low < high, text.byte(at: low) == UInt8(ascii: " ") { low += 1 }
            while low < high, text.byte(at: high - 1) == UInt8(ascii: " ") { high -= 1 }
            if low < high { open(try channels.id(of: text.extracting(low..<high))) }
            offset += isEnd ? 1 : width
            start = offset
        }
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
