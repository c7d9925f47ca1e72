internal import CPQ

/// libpq's reading of a connection string.
enum ConnectionSettings {
    /// Reads `postgres://…` or `keyword=value …`.
    ///
    /// - Returns: the keywords that the text sets; nil if libpq cannot read it. Its own message is
    ///   dropped, since it quotes the text, passwords included.
    static func parse(_ text: String) -> [String: String]? {
        var message: UnsafeMutablePointer<CChar>?
        // Both are ours to free; the list ends with an entry without a keyword.
        let list = unsafe PQconninfoParse(text, &message)
        defer {
            unsafe PQconninfoFree(list)
            unsafe PQfreemem(message)
        }
        guard var entry = unsafe list else { return nil }
        var settings: [String: String] = [:]
        while let keyword = unsafe entry.pointee.keyword {
            if let value = unsafe entry.pointee.val {
                unsafe settings[String(cString: keyword)] = unsafe String(cString: value)
            }
            unsafe entry += 1
        }
        return settings
    }
}
