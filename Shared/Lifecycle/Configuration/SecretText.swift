/// Where secrets come from; nothing of theirs gets into a message.
enum SecretText {
    /// Why there is no secret, without a word of it.
    struct Fault: Error {
        let kind: ConfigurationProblem.Kind
        let reason: String
        let source: ConfigurationSource

        init(_ kind: ConfigurationProblem.Kind, _ reason: String, _ source: ConfigurationSource) {
            self.kind = kind
            self.reason = reason
            self.source = source
        }
    }

    /// The most bytes a secret may have.
    static let longest = 65_536

    /// Makes a secret of a text, which must not be empty nor hold a zero byte.
    static func check(
        _ text: String,
        _ source: ConfigurationSource
    ) throws(Fault) -> Secret {
        if text.utf8.contains(0) { throw Fault(.malformed, "a zero byte in a secret", source) }
        guard (1...longest).contains(text.utf8.count) else {
            throw Fault(.outOfRange, "expected a secret of 1 to \(longest) bytes", source)
        }
        return Secret(text)
    }

    /// Reads a secret from a file; one newline at its end is the file's.
    static func read(
        file path: String,
        _ source: ConfigurationSource
    ) throws(Fault) -> Secret {
        var bytes: [UInt8]
        do {
            // The newline may be two bytes.
            bytes = try BoundedFile.read(path, upTo: longest + 2)
        } catch {
            throw Fault(.unreadable, "\(excerpt(path)) cannot be read: \(error.reason)", source)
        }
        if bytes.last == UInt8(ascii: "\n") {
            bytes.removeLast()
            if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Fault(.unreadable, "\(excerpt(path)) is not UTF-8", source)
        }
        return try check(text, source)
    }
}
