/// Finds a message's field by the name a JSON object gives it, its JSON name or its name in the
/// `.proto` file; or an enum's value by its name.
///
/// An open-addressed table of immortal memory, at most half full; a look-up compares one name as a
/// rule and allocates nothing.
@safe
struct NameTable: @unchecked Sendable {
    // `@unchecked`: written once by the initialiser, only read afterwards.
    private let slots: UnsafePointer<Slot>
    private let mask: Int

    @safe
    private struct Slot {
        var name: UnsafeRawBufferPointer
        var index: Int
    }

    /// - Parameter fields: the message's fields, in order of their numbers.
    init(_ fields: [FieldSchema]) {
        let jsonNames = fields.enumerated().map { ($1.jsonName, $0) }
        self.init(jsonNames + fields.enumerated().map { ($1.name, $0) })
    }

    /// - Parameter names: the names, each with what it stands for, which is not negative; the first
    ///   of equal names counts.
    init(_ names: [(String, Int)]) {
        var capacity = 4
        while capacity < names.count * 2 { capacity *= 2 }
        mask = capacity - 1
        let memory = UnsafeMutablePointer<Slot>.allocate(capacity: capacity)
        let empty = unsafe Slot(name: UnsafeRawBufferPointer(start: nil, count: 0), index: -1)
        unsafe memory.initialize(repeating: empty, count: capacity)
        unsafe slots = UnsafePointer(memory)
        for (name, index) in names { unsafe insert(name, index, into: memory) }
    }

    private func insert(_ name: String, _ index: Int, into memory: UnsafeMutablePointer<Slot>) {
        let bytes = Array(name.utf8)
        if self.index(of: bytes.rawBytes) != nil { return }
        let copy = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
        unsafe copy.copyBytes(from: bytes)
        var slot = Self.hash(bytes.rawBytes) & mask
        while unsafe memory[slot].index >= 0 { slot = (slot + 1) & mask }
        unsafe memory[slot] = Slot(name: UnsafeRawBufferPointer(copy), index: index)
    }

    /// What a name stands for, or nil.
    func index(of name: RawSpan) -> Int? {
        var position = Self.hash(name) & mask
        while true {
            // `position` is masked, and a table at most half full has an empty slot to stop at.
            let slot = unsafe slots[position]
            if slot.index < 0 { return nil }
            if unsafe RawSpan(_unsafeBytes: slot.name).hasSameBytes(as: name) { return slot.index }
            position = (position + 1) & mask
        }
    }

    /// FNV-1a.
    ///
    /// An attacker gains nothing by collisions: only the schema's own names are stored.
    private static func hash(_ name: RawSpan) -> Int {
        var state: UInt64 = 0xcbf2_9ce4_8422_2325
        for offset in 0..<name.byteCount {
            state = (state ^ UInt64(name.byte(at: offset))) &* 0x100_0000_01b3
        }
        return Int(truncatingIfNeeded: state ^ (state >> 32))
    }
}
