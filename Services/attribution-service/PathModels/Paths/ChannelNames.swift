internal import Wire

/// The names of channels by number, in the order in which they first came.
public struct ChannelNames: Equatable, Sendable {
    /// The number of a channel in one table.
    public typealias ID = UInt16

    /// The most channels that a table has.
    public static let most = 65_000
    /// The names; a channel's number is its place.
    public private(set) var names: [String] = []
    /// All names one after the other, and where each ends.
    private var bytes: [UInt8] = []
    private var ends: [Int] = []
    /// For each hash, from its low bits on, one more than the number of the channel; 0 where none.
    private var slots = [UInt32](repeating: 0, count: 64)

    /// No channel.
    public init() {}

    /// How many channels there are.
    public var count: Int { names.count }

    /// The number of a channel, which is added if it is new.
    ///
    /// - Parameter name: its name.
    /// - Returns: its number.
    /// - Throws: ``AttributionFailure``, if the name is empty or one too many.
    public mutating func id(of name: String) throws(AttributionFailure) -> ID {
        try id(of: name.utf8Span.span.asRawSpan)
    }

    /// The number of a channel that is there.
    ///
    /// - Parameter name: its name.
    /// - Returns: its number, or nil if there is no such channel.
    public func existing(_ name: String) -> ID? {
        let slot = slot(of: name.utf8Span.span.asRawSpan)
        return slots[slot] == 0 ? nil : ID(slots[slot] - 1)
    }

    mutating func id(of name: RawSpan) throws(AttributionFailure) -> ID {
        let slot = slot(of: name)
        if slots[slot] != 0 { return ID(truncatingIfNeeded: slots[slot] &- 1) }
        guard !name.isEmpty else { throw .emptyChannelName }
        guard count < Self.most else { throw .tooManyChannels(most: Self.most, for: "a table") }
        let own = (0..<name.byteCount).map { name.byte(at: $0) }
        guard let text = String(validating: own, as: UTF8.self) else { throw .channelNotText }
        bytes += own
        ends.append(bytes.count)
        names.append(text)
        slots[slot] = UInt32(count)
        if count * 2 > slots.count { grow() }
        return ID(count - 1)
    }

    /// Where a name is, or would be.
    private func slot(of name: RawSpan) -> Int {
        var slot = Int(truncatingIfNeeded: Self.hash(name)) & (slots.count - 1)
        while slots[slot] != 0, !isEqual(Int(slots[slot]) - 1, name) {
            slot = (slot + 1) & (slots.count - 1)
        }
        return slot
    }

    private func isEqual(_ channel: Int, _ name: RawSpan) -> Bool {
        let start = channel == 0 ? 0 : ends[channel - 1]
        guard ends[channel] - start == name.byteCount else { return false }
        let own = bytes.span.extracting(start..<ends[channel]).asRawSpan
        var offset = 0
        while offset + 8 <= own.byteCount {
            let word = own.littleEndian(at: offset, as: UInt64.self)
            if word != name.littleEndian(at: offset, as: UInt64.self) { return false }
            offset += 8
        }
        while offset < own.byteCount {
            if own.byte(at: offset) != name.byte(at: offset) { return false }
            offset += 1
        }
        return true
    }

    private mutating func grow() {
        slots = Array(repeating: 0, count: slots.count * 2)
        for (channel, name) in names.enumerated() {
            slots[slot(of: name.utf8Span.span.asRawSpan)] = UInt32(channel + 1)
        }
    }

    /// The same for the same name in every process: draws of replicates come from it.
    static func hash(_ name: RawSpan) -> UInt64 {
        var hash = UInt64(name.byteCount)
        var offset = 0
        while offset + 8 <= name.byteCount {
            let word = name.littleEndian(at: offset, as: UInt64.self)
            hash = (hash ^ word) &* 0x9e37_79b9_7f4a_7c15
            hash ^= hash &>> 32
            offset += 8
        }
        var rest: UInt64 = 0
        while offset < name.byteCount {
            rest = rest &<< 8 | UInt64(name.byte(at: offset))
            offset += 1
        }
        return Mixing.mix(hash ^ rest)
    }
}

/// Mixes the bits of hashes.
enum Mixing {
    /// Each bit of the result hangs on each bit of the argument (the end of MurmurHash3).
    @inline(__always)
    static func mix(_ word: UInt64) -> UInt64 {
        var word = word
        word = (word ^ (word &>> 33)) &* 0xff51_afd7_ed55_8ccd
        word = (word ^ (word &>> 33)) &* 0xc4ce_b9fe_1a85_ec53
        return word ^ (word &>> 33)
    }
}
