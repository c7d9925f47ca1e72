/// What kind of site a source is, in the list of GA4's default channel group.
public enum SourceCategory: String, CaseIterable, Sendable {
    case search, shopping, social, video

    /// The kind of a source that a link names; GA4 compares whole names without regard to case.
    ///
    /// - Parameter source: in small letters.
    /// - Returns: nil if the list does not have it.
    public static func of(source: String) -> SourceCategory? { table[source] }

    /// The kind of a site that a visitor came from: the list's word for its host, or for the site
    /// that the host is a part of.
    ///
    /// Search is told by the whole host alone: mail and news of the same company are no searches.
    ///
    /// - Parameter host: in small letters.
    /// - Returns: nil if the list does not have it.
    static func of(host: String) -> SourceCategory? {
        if let exact = table[host] { return exact }
        var rest = Substring(host)
        while let dot = rest.firstIndex(of: ".") {
            rest = rest[rest.index(after: dot)...]
            guard rest.contains(".") else { return nil }
            if let kind = table[String(rest)], kind != .search { return kind }
        }
        return nil
    }

    private static let table: [String: SourceCategory] = {
        let lists: [(SourceCategory, String)] = [
            (.search, SourceLists.search), (.shopping, SourceLists.shopping),
            (.social, SourceLists.social), (.video, SourceLists.video),
        ]
        var table: [String: SourceCategory] = [:]
        for (category, list) in lists {
            for name in list.split(whereSeparator: { $0 == "," || $0.isNewline }) {
                table[String(name).trimmed] = category
            }
        }
        return table
    }()

    /// The names of a kind, in small letters and in alphabetical order.
    public var sources: [String] {
        Self.table.filter { $0.value == self }.map(\.key).sorted()
    }
}
