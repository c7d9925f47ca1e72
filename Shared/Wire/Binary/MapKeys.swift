/// Finds map entries that share a key.
enum MapKeys {
    /// Whether two entries of a valid run have the same key.
    ///
    /// Up to eight entries are compared in pairs. More are compared by hash, with the process's own
    /// seed; should two keys collide, the map is put in order without need.
    ///
    /// - Parameters:
    ///   - run: the entries, each with its tag.
    ///   - count: how many there are.
    ///   - kind: the kind of the keys.
    /// - Returns: true also, very rarely, for two keys with one hash.
    static func haveDuplicate(_ run: RawSpan, _ count: Int, _ kind: FieldKind) -> Bool {
        var reader = WireReader(run)
        if count <= 8 {
            var keys: InlineArray<8, MapKey> = InlineArray(repeating: MapKey())
            var found = 0
            while reader.nextTag() != nil {
                let key = MapKey(ofEntry: reader.slice(), in: run, kind)
                for other in 0..<found where keys[other].isEqual(key, in: run) { return true }
                keys[found] = key
                found += 1
            }
            return false
        }
        var hashes = Set<Int>(minimumCapacity: count)
        while reader.nextTag() != nil {
            let key = MapKey(ofEntry: reader.slice(), in: run, kind)
            if !hashes.insert(key.hash(in: run)).inserted { return true }
        }
        return false
    }
}

/// A map entry's key: the bits of a number, or where its text lies.
struct MapKey {
    private var bits: UInt64 = 0
    private var text = FieldSlice()

    init() {}

    /// The key of an entry; the default value if the entry has none.
    ///
    /// - Parameters:
    ///   - entry: where the entry's fields lie.
    ///   - bytes: the bytes it lies in.
    ///   - kind: the kind of the key.
    @inline(__always)
    init(ofEntry entry: FieldSlice, in bytes: RawSpan, _ kind: FieldKind) {
        var reader = WireReader(bytes, from: entry)
        let keyTag = UInt32(8) | UInt32(kind.wireType.rawValue)
        while let tag = reader.nextTag() {
            guard tag == keyTag else {
                _ = reader.valueSlice(tag)
                continue
            }
            if kind == .string {
                text = reader.slice()
            } else {
                bits = ScalarBits.read(&reader, kind)
            }
        }
    }

    func isEqual(_ other: MapKey, in bytes: RawSpan) -> Bool {
        bits == other.bits && text.bytes(in: bytes).hasSameBytes(as: other.text.bytes(in: bytes))
    }

    func hash(in bytes: RawSpan) -> Int {
        var hasher = Hasher()
        hasher.combine(bits)
        unsafe text.bytes(in: bytes).withUnsafeBytes { unsafe hasher.combine(bytes: $0) }
        return hasher.finalize()
    }

    /// Whether the key comes before another of the same kind: numbers by value, texts byte by byte.
    func precedes(_ other: MapKey, in bytes: RawSpan, _ kind: FieldKind) -> Bool {
        if kind != .string {
            return ScalarBits.order(bits, kind) < ScalarBits.order(other.bits, kind)
        }
        return text.bytes(in: bytes).precedes(other.text.bytes(in: bytes))
    }
}
