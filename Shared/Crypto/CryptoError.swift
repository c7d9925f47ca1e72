/// Why something that was sealed, hashed or written as text cannot be used.
public enum CryptoError: Error, Equatable {
    /// The bytes or the text do not have the form that they should; which, in a few words.
    ///
    /// The words never quote what was read.
    case malformed(String)
    /// It was made with a key that we do not have.
    case unknownKey(KeyID)
    /// It was not made with this key for this purpose, or was changed since.
    case notAuthentic
    /// Hashing a password needs more memory than the system has.
    case outOfMemory
}

extension CryptoError: CustomStringConvertible {
    /// The reason in words, without secrets.
    public var description: String {
        switch self {
        case .malformed(let what): what
        case .unknownKey(let id): "there is no key \(id)"
        case .notAuthentic: "not made with this key for this purpose, or changed since"
        case .outOfMemory: "no memory to hash a password"
        }
    }
}
