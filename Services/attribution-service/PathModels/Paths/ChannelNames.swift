internal import Wire

/// The names of channels by number, in the order in which they first came.
public struct ChannelNames: Equatable, Sendable {
    /// The number of a channel in one table.
    public typealias ID = UInt16

    /// The most channels that a table has.
    public static let most = 65_000
    /// The names; a channel's number is its place.
    public private(set) var names: [String] = []
    /// By the hash of a name, what is known of it, and of its channel; free ones have no channel.
    private var slots = [Slot](repeating: Slot(), count: 64)

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
        let bytes = name.utf8Span.span.asRawSpan
        return try id(in: bytes, 0, bytes.byteCount)
    }

    /// The number of a channel that is there.
    ///
    /// - Parameter name: its name.
    /// - Returns: its number, or nil if there is no such channel.
    public func existing(_ name: String) -> ID? {
        let bytes = name.utf8Span.span.asRawSpan
        let slot = slot(of: NameKey(bytes, 0, bytes.byteCount), bytes)
        return slots[slot].isFree ? nil : slots[slot].channel
    }

    /// The number of a channel, which is added if it is new.
    ///
    /// - Parameters:
    ///   - text: what its name stands in.
    ///   - start: where the name begins.
    ///   - end: where it ends.
    /// - Returns: its number.
    /// - Throws: ``AttributionFailure``, if the name is empty, one too many, or not UTF-8.
    @inline(__always)
    mutating func id(
        in text: RawSpan,
        _ start: Int,
        _ end: Int
    ) throws(AttributionFailure) -> ID {
        let key = NameKey(text, start, end)
        let home = slots[key.home & (slots.count &- 1)]
        // The name is most often where it belongs, and short enough for its key to say it all.
        if home.key == key, !home.isFree, !key.isLong { return home.channel }
        return try findOrAdd(key, text.extracting(start..<end))
    }

    @inline(never)
    private mutating func findOrAdd(
        _ key: NameKey,
        _ name: RawSpan
    ) throws(AttributionFailure) -> ID {
        let slot = slot(of: key, name)
        if !slots[slot].isFree { return slots[slot].channel }
        guard !name.isEmpty else { throw .emptyChannelName }
        guard count < Self.most else { throw .tooManyChannels(most: Self.most, for: "a table") }
        let bytes = (0..<name.byteCount).map { name.byte(at: $0) }
        guard let text = String(validating: bytes, as: UTF8.self) else { throw .channelNotText }
        let channel = ID(count)
        slots[slot] = Slot(key: key, channel: channel, isFree: false)
        names.append(text)
        if count * 2 > slots.count { grow() }
        return channel
    }

    /// Where a name is, or would be.
    private func slot(of key: NameKey, _ name: RawSpan) -> Int {
        var place = key.home & (slots.count - 1)
        while !slots[place].isFree, slots[place].key != key || !isNamed(slots[place], key, name) {
            place = (place + 1) & (slots.count - 1)
        }
        return place
    }

    /// Whether the name of a channel whose key is that of another name is that name.
    private func isNamed(_ slot: Slot, _ key: NameKey, _ name: RawSpan) -> Bool {
        guard key.isLong else { return true }
        let own = names[Int(slot.channel)]
        return own.utf8Span.span.asRawSpan.hasSameBytes(as: name)
    }

    private mutating func grow() {
        let old = slots
        slots = Array(repeating: Slot(), count: old.count * 2)
        for slot in old where !slot.isFree {
            var place = slot.key.home & (slots.count - 1)
            while !slots[place].isFree { place = (place + 1) & (slots.count - 1) }
            slots[place] = slot
        }
    }

    private struct Slot: Equatable, Sendable {
        var key = NameKey()
        var channel: ID = 0
        var isFree = true
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
