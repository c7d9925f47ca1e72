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
        for offset in 0..<name.byteCount {
            bytes.append(name.byte(at: offset))
        }
        ends.append(bytes.count)
        names.append(String(decoding: bytes[(bytes.count - name.byteCount)...], as: UTF8.self))
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
        for offset in 0..<name.byteCount where bytes[start + offset] != name.byte(at: offset) {
            return false
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
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for offset in 0..<name.byteCount {
            hash = (hash ^ UInt64(name.byte(at: offset))) &* 0x100_0000_01b3
        }
        return Mixing.mix(hash)
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
