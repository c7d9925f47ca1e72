internal import CRE2

/// A regular expression of RE2's syntax, compared without regard to case: it is matched in time
/// linear in the text, whatever it is, so that one tenant's rule cannot hold up another's events.
///
/// Source: the syntax is that of the vendor of GA4's own rules, `github.com/google/re2`.
@safe
final class Pattern: @unchecked Sendable {
    // `@unchecked`: RE2 may be asked by any number of threads, and nothing else changes it.
    private let compiled: OpaquePointer

    /// As it was written.
    let text: String

    /// The most bytes that a pattern may have; what it is compiled to has ``memory``.
    static let mostBytes = 500
    private static let memory: Int64 = 128 << 10

    /// Why a text is no pattern.
    struct Fault: Error, Hashable {
        /// The reason in words.
        let reason: String
    }

    /// Compiles a pattern.
    ///
    /// - Parameter text: the expression; it is looked for anywhere unless it is anchored.
    /// - Throws: ``Fault``.
    init(_ text: String) throws(Fault) {
        guard text.utf8.count <= Self.mostBytes else {
            throw Fault(reason: "a pattern has at most \(Self.mostBytes) bytes")
        }
        var bytes = Array(text.utf8CString)
        var reason = [CChar](repeating: 0, count: 200)
        let count = bytes.count - 1
        // Both buffers live to the end of the call, and the sizes are theirs.
        let compiled = unsafe sextant_pattern_create(
            &bytes,
            count,
            Self.memory,
            &reason,
            reason.count
        )
        guard let compiled = unsafe compiled else {
            let text = reason.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }
            throw Fault(reason: String(decoding: text, as: UTF8.self))
        }
        unsafe self.compiled = compiled
        self.text = text
    }

    deinit {
        unsafe sextant_pattern_destroy(compiled)
    }

    /// Whether a part of a text matches.
    func isFound(in text: String) -> Bool {
        var text = text
        return text.withUTF8 { bytes in
            // The buffer lives to the end of the closure; an empty one may have no address.
            unsafe bytes.withMemoryRebound(to: CChar.self) { characters in
                guard let start = characters.baseAddress else {
                    var nothing: CChar = 0
                    return unsafe sextant_pattern_is_found(compiled, &nothing, 0) != 0
                }
                return unsafe sextant_pattern_is_found(compiled, start, characters.count) != 0
            }
        }
    }
}
