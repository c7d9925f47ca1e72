/// The entries of a map field, in order of their keys.
///
/// Not a `Dictionary`: Swift takes two strings for equal that differ only in normalisation, and
/// protobuf does not, so one of two entries would be lost. The order of the keys makes the
/// encoded bytes depend on nothing but the entries. Look-up is logarithmic, insertion linear;
/// ``init(_:)`` sorts many entries at once.
public struct MapField<Key: MapFieldKey, Value: Hashable & Sendable>: Hashable, Sendable {
    @usableFromInline var entries: [Entry] = []

    @usableFromInline
    struct Entry: Hashable, Sendable {
        @usableFromInline let key: Key
        @usableFromInline var value: Value

        @inlinable
        init(key: Key, value: Value) {
            self.key = key
            self.value = value
        }

        // Keys are equal byte by byte; the hash of equal keys is equal all the more.
        @inlinable
        static func == (left: Entry, right: Entry) -> Bool {
            !left.key.precedes(right.key) && !right.key.precedes(left.key)
                && left.value == right.value
        }
    }

    /// An empty map.
    @inlinable
    public init() {}

    /// Makes a map of entries in any order; of two with one key, the later counts.
    @inlinable
    @inline(never)
    public init(_ entries: some Sequence<(Key, Value)>) {
        var sorted = entries.map { Entry(key: $0, value: $1) }
        // The standard library's sort is stable: equal keys stay in the order they came in.
        sorted.sort { $0.key.precedes($1.key) }
        self.entries.reserveCapacity(sorted.count)
        for entry in sorted {
            if let last = self.entries.last, !last.key.precedes(entry.key) {
                self.entries.removeLast()
            }
            self.entries.append(entry)
        }
    }

    /// The number of entries.
    @inlinable public var count: Int { entries.count }

    /// Whether there are no entries.
    @inlinable public var isEmpty: Bool { entries.isEmpty }

    /// The keys, in order.
    @inlinable public var keys: [Key] { entries.map(\.key) }

    /// The value of a key; setting nil removes the entry.
    @inlinable public subscript(key: Key) -> Value? {
        get {
            let index = firstIndex(notBefore: key)
            guard index < entries.count, !key.precedes(entries[index].key) else { return nil }
            return entries[index].value
        }
        set {
            let index = firstIndex(notBefore: key)
            let isPresent = index < entries.count && !key.precedes(entries[index].key)
            switch (newValue, isPresent) {
            case (let value?, true): entries[index].value = value
            case (let value?, false): entries.insert(Entry(key: key, value: value), at: index)
            case (nil, true): entries.remove(at: index)
            case (nil, false): break
            }
        }
    }

    @inlinable
    func firstIndex(notBefore key: Key) -> Int {
        var low = 0
        var high = entries.count
        while low < high {
            let middle = (low + high) / 2
            if entries[middle].key.precedes(key) { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension MapField: Sequence {
    /// Walks the entries in order of their keys.
    @inlinable
    public func makeIterator() -> Iterator { Iterator(entries) }

    /// Gives one entry after the other.
    public struct Iterator: IteratorProtocol {
        @usableFromInline let entries: [Entry]
        @usableFromInline var position = 0

        @inlinable
        init(_ entries: [Entry]) {
            self.entries = entries
        }

        /// The next entry, or nil after the last.
        @inlinable
        public mutating func next() -> (key: Key, value: Value)? {
            if position == entries.count { return nil }
            defer { position &+= 1 }
            return (entries[position].key, entries[position].value)
        }
    }
}

extension MapField: ExpressibleByDictionaryLiteral {
    /// Makes a map; of two entries with one key, the later counts.
    @inlinable
    public init(dictionaryLiteral elements: (Key, Value)...) {
        self.init(elements)
    }
}

/// A type that may be the key of a map field.
public protocol MapFieldKey: Hashable, Sendable {
    /// Whether the key comes before another; keys of which neither does are one key.
    func precedes(_ other: Self) -> Bool
}

extension MapFieldKey where Self: Comparable {
    /// Whether the key is smaller.
    @inlinable
    public func precedes(_ other: Self) -> Bool { self < other }
}

extension Int32: MapFieldKey {}
extension Int64: MapFieldKey {}
extension UInt32: MapFieldKey {}
extension UInt64: MapFieldKey {}

extension Bool: MapFieldKey {
    /// Whether the key is false and the other true.
    @inlinable
    public func precedes(_ other: Bool) -> Bool { !self && other }
}

extension String: MapFieldKey {
    /// Whether the key's UTF-8 comes first, byte by byte.
    @inlinable
    public func precedes(_ other: String) -> Bool {
        utf8.lexicographicallyPrecedes(other.utf8)
    }
}
