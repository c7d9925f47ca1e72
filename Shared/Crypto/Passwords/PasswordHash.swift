internal import Wire

/// What is kept of a password: an Argon2id hash, with salt and cost, in the form of the PHC.
///
/// `$argon2id$v=19$m=65536,t=3,p=4$<salt>$<hash>`, numbers without zeros before them and base64
/// without padding, so that there is one text for each value. Texts whose cost is beyond
/// ``maximumMemory`` and the other bounds are refused: checking a password must not exhaust us.
public struct PasswordHash: Hashable, Sendable {
    /// The most memory that a hash may take, in KiB: 256 MiB.
    public static let maximumMemory = 262_144

    let cost: Argon2id.Cost
    let salt: [UInt8]
    let hash: [UInt8]

    init(_ cost: Argon2id.Cost, salt: [UInt8], hash: [UInt8]) {
        self.cost = cost
        self.salt = salt
        self.hash = hash
    }

    /// Reads a hash.
    ///
    /// - Parameter text: what ``text`` gave.
    /// - Throws: ``CryptoError/malformed(_:)``, in words that do not quote it.
    public init(_ text: String) throws(CryptoError) {
        guard text.utf8.count <= 512 else { throw .malformed("a password hash of over 512 bytes") }
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count == 6, parts[0].isEmpty, parts[1] == "argon2id", parts[2] == "v=19" else {
            throw .malformed("a password hash is not '$argon2id$v=19$m=,t=,p=$salt$hash'")
        }
        let numbers = parts[3].split(separator: ",", omittingEmptySubsequences: false)
        guard numbers.count == 3,
            let memory = Self.number(numbers[0], "m=", 8...Self.maximumMemory),
            let passes = Self.number(numbers[1], "t=", 1...64),
            let lanes = Self.number(numbers[2], "p=", 1...64), memory >= 8 * lanes
        else { throw .malformed("the cost of a password hash is beyond its bounds") }
        guard let salt = StrictBase64.standard.decode(parts[4]), (8...64).contains(salt.count),
            let hash = StrictBase64.standard.decode(parts[5]), (16...64).contains(hash.count)
        else { throw .malformed("the salt or the hash of a password is not 8 or 16 to 64 bytes") }
        self.init(
            Argon2id.Cost(memory: memory, passes: passes, lanes: lanes),
            salt: salt,
            hash: hash
        )
    }

    /// The form that is stored.
    public var text: String {
        "$argon2id$v=19$m=\(cost.memory),t=\(cost.passes),p=\(cost.lanes)"
            + "$\(StrictBase64.standard.encode(salt.rawBytes))"
            + "$\(StrictBase64.standard.encode(hash.rawBytes))"
    }

    private static func number(
        _ text: Substring,
        _ name: String,
        _ range: ClosedRange<Int>
    ) -> Int? {
        guard text.hasPrefix(name), let number = Int(text.dropFirst(name.count)),
            "\(name)\(number)" == text
        else { return nil }
        return range.contains(number) ? number : nil
    }
}

extension PasswordHash: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// What it cost; the hash itself would let anyone try passwords.
    public var description: String {
        "argon2id(\(cost.memory) KiB, \(cost.passes) passes, \(cost.lanes) lanes)"
    }

    /// The same.
    public var debugDescription: String { description }

    /// Nothing to look into.
    public var customMirror: Mirror { Mirror(self, children: EmptyCollection()) }
}
