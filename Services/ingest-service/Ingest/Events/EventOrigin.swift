internal import RPC

/// Where events come from, as their senders call it.
enum EventOrigin {
    /// Reads a name.
    ///
    /// - Parameters:
    ///   - text: up to 63 of `a-z`, `0-9`, `-`, `_`, `.` and `:`.
    ///   - field: where it stands.
    ///   - standard: what stands for an empty one.
    /// - Returns: the name.
    /// - Throws: INVALID_ARGUMENT for any other.
    static func name(
        _ text: String,
        _ field: String,
        standard: String
    ) throws(RPCError) -> String {
        let letters = "abcdefghijklmnopqrstuvwxyz0123456789-_.:".utf8
        guard text.utf8.count <= 63, text.utf8.allSatisfy(letters.contains) else {
            throw RPCError(
                .invalidArgument,
                "\(field): expected up to 63 of 'a-z', '0-9', '-', '_', '.' and ':'"
            )
        }
        return text.isEmpty ? standard : text
    }
}
