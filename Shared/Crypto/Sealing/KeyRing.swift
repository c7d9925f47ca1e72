/// Which of several keys made something: a number from 1 on that never names another key.
public struct KeyID: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The number, not zero.
    public let number: UInt32

    /// The id of a number; nil for zero.
    public init?(_ number: UInt32) {
        guard number != 0 else { return nil }
        self.number = number
    }

    /// The number.
    public var description: String { "\(number)" }

    /// Reads a number in digits, without zeros before it; nil for other text.
    public init?(text: some StringProtocol) {
        guard let number = UInt32(text), "\(number)" == text else { return nil }
        self.init(number)
    }

    /// The order of the numbers.
    public static func < (left: KeyID, right: KeyID) -> Bool { left.number < right.number }
}

/// The keys of one purpose: one that makes things, and those that made things which still count.
///
/// To rotate: give everyone who checks a ring with the new key, not yet the current one; then make
/// it the current one; when nothing that the old one made counts any more, leave that one out.
public struct KeyRing<Key: Sendable>: Sendable {
    /// The id of the key that makes things.
    public let currentID: KeyID
    /// The key that makes things.
    public let current: Key

    private let keys: [KeyID: Key]

    /// A ring.
    ///
    /// - Parameters:
    ///   - currentID: the id of the key that makes things.
    ///   - keys: all keys.
    /// - Throws: ``CryptoError/unknownKey(_:)`` if the current one is not among them.
    public init(current currentID: KeyID, _ keys: [KeyID: Key]) throws(CryptoError) {
        guard let current = keys[currentID] else { throw .unknownKey(currentID) }
        self.currentID = currentID
        self.current = current
        self.keys = keys
    }

    /// The ids of all keys, in order.
    public var ids: [KeyID] { keys.keys.sorted() }

    /// The key of an id.
    ///
    /// - Parameter id: what a thing says that made it.
    /// - Returns: the key.
    /// - Throws: ``CryptoError/unknownKey(_:)`` if it is not, or no longer, on the ring.
    public func key(_ id: KeyID) throws(CryptoError) -> Key {
        guard let key = keys[id] else { throw .unknownKey(id) }
        return key
    }

    /// The same ids with keys made of these.
    public func map<Other: Sendable>(
        _ transform: (Key) throws(CryptoError) -> Other
    ) throws(CryptoError) -> KeyRing<Other> {
        var others: [KeyID: Other] = [:]
        for (id, key) in keys { others[id] = try transform(key) }
        return try KeyRing<Other>(current: currentID, others)
    }
}

extension KeyRing where Key == SecretBytes {
    /// Reads what the configuration says: `2:<key>,1:<key>`, the current key first, each of 32
    /// bytes in the alphabet of ``StrictBase64/url``.
    ///
    /// - Parameter text: at most 64 keys.
    /// - Throws: ``CryptoError/malformed(_:)``, in words that do not quote it.
    public init(text: String) throws(CryptoError) {
        var keys: [KeyID: SecretBytes] = [:]
        var first: KeyID?
        let entries = text.split(separator: ",", omittingEmptySubsequences: false)
        guard entries.count <= 64 else { throw .malformed("more than 64 keys") }
        for (index, entry) in entries.enumerated() {
            let parts = entry.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, let id = KeyID(text: parts[0]) else {
                throw .malformed("key \(index + 1) is not 'number:key'")
            }
            guard let bytes = StrictBase64.url.decode(parts[1]), bytes.count == 32 else {
                throw .malformed("key \(id) is not 32 bytes in base64url without padding")
            }
            guard keys.updateValue(SecretBytes(bytes), forKey: id) == nil else {
                throw .malformed("key \(id) is given twice")
            }
            first = first ?? id
        }
        guard let first else { throw .malformed("there is no key") }
        try self.init(current: first, keys)
    }

    /// The ring as ``init(text:)`` reads it, to be kept where nobody else reads it.
    public func reveal() -> String {
        let others = ids.filter { $0 != currentID }
        return ([currentID] + others).compactMap { id in
            keys[id].map { "\(id):\(StrictBase64.url.encode($0.bytes))" }
        }.joined(separator: ",")
    }
}
