/// What tracing systems on a request's way have added to its trace: a list of keys and values.
///
/// It is checked, shortened to 512 characters and passed on; nothing here looks into the values.
public struct TraceState: Hashable, Sendable {
    /// How many members a list may have.
    public static let maximumMembers = 32
    /// How many characters of a list are passed on.
    public static let maximumLength = 512

    /// The list as it is passed on, without white space and empty members.
    public let text: String

    /// A list without members.
    public init() {
        text = ""
    }

    /// Whether there are no members: then no header is sent.
    public var isEmpty: Bool { text.isEmpty }

    /// Reads a `tracestate`.
    ///
    /// Of a list with more than 512 characters the members of more than 128 are left out first,
    /// then others, the last of them first. The same key twice is left as it came.
    ///
    /// Nil if the list is malformed, or has more than 32 members.
    ///
    /// - Parameter list: the value of the header; of several, joined by commas in their order.
    public init?(_ list: Span<UInt8>) {
        guard list.count <= Self.longestInput else { return nil }
        var members = Members()
        var start = 0
        while start <= list.count {
            var end = start
            while end < list.count && list[end] != UInt8(ascii: ",") { end += 1 }
            let member = Self.trimmed(start..<end, of: list)
            if !member.isEmpty {
                guard Self.isMember(member, of: list), members.append(member) else { return nil }
            }
            start = end + 1
        }
        members.shorten(to: Self.maximumLength)
        text = members.text(of: list)
    }

    /// Reads a `tracestate`, as from its bytes.
    ///
    /// Nil if the list is malformed, or has more than 32 members.
    ///
    /// - Parameter list: the value of the header; of several, joined by commas in their order.
    public init?(_ list: String) {
        self.init(list.utf8.span)
    }

    /// Room for all members of full length, and as much again for white space.
    private static let longestInput = 2 * maximumMembers * (longestPart + 1 + longestPart + 1)
    /// The longest key, and the longest value.
    private static let longestPart = 256
}

// MARK: The grammar

extension TraceState {
    private static func trimmed(_ range: Range<Int>, of list: Span<UInt8>) -> Range<Int> {
        var (start, end) = (range.lowerBound, range.upperBound)
        while start < end && isWhiteSpace(list[start]) { start += 1 }
        while start < end && isWhiteSpace(list[end - 1]) { end -= 1 }
        return start..<end
    }

    private static func isWhiteSpace(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t")
    }

    /// Whether a key, an equals sign and a value stand there.
    private static func isMember(_ range: Range<Int>, of list: Span<UInt8>) -> Bool {
        var place = range.lowerBound
        guard isKeyStart(list[place]) else { return false }
        while place < range.upperBound && isKeyByte(list[place]) { place += 1 }
        let keyLength = place - range.lowerBound
        guard keyLength <= longestPart, place < range.upperBound,
            list[place] == UInt8(ascii: "=")
        else { return false }
        let valueLength = range.upperBound - place - 1
        guard (1...longestPart).contains(valueLength) else { return false }
        // The last byte is no space: those around a member have been left out.
        return ((place + 1)..<range.upperBound).allSatisfy { isValueByte(list[$0]) }
    }

    private static func isKeyStart(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"): true
        default: false
        }
    }

    private static func isKeyByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "_"), UInt8(ascii: "-"), UInt8(ascii: "*"), UInt8(ascii: "/"),
            UInt8(ascii: "@"):
            true
        default: isKeyStart(byte)
        }
    }

    private static func isValueByte(_ byte: UInt8) -> Bool {
        (0x20...0x7e).contains(byte) && byte != UInt8(ascii: ",") && byte != UInt8(ascii: "=")
    }
}

/// Where the members of a list stand in its text.
private struct Members {
    // As many places as `TraceState.maximumMembers`.
    private var places: [32 of Range<Int>] = .init(repeating: 0..<0)
    private var count = 0

    /// Adds a member, unless there are too many.
    mutating func append(_ place: Range<Int>) -> Bool {
        guard count < places.count else { return false }
        places[count] = place
        count += 1
        return true
    }

    /// Leaves members out until the list with its commas fits.
    mutating func shorten(to limit: Int) {
        var next = count - 1
        while length > limit && next >= 0 {
            if places[next].count > 128 { remove(at: next) }
            next -= 1
        }
        while length > limit { remove(at: count - 1) }
    }

    func text(of list: Span<UInt8>) -> String {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(length)
        for member in 0..<count {
            if member > 0 { bytes.append(UInt8(ascii: ",")) }
            for place in places[member] { bytes.append(list[place]) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    private var length: Int {
        var length = max(count - 1, 0)
        for member in 0..<count { length += places[member].count }
        return length
    }

    private mutating func remove(at member: Int) {
        for place in member..<count - 1 { places[place] = places[place + 1] }
        count -= 1
    }
}
