/// The site that a visitor came from, as the browser says.
struct Referrer: Hashable, Sendable {
    /// What it is called: a search engine's name, or the host without `www.`.
    let source: String
    /// `organic` for a search engine, else `referral`.
    let medium: String
    /// What kind of site it is; nil if the list does not have it.
    let category: SourceCategory?

    /// Reads a referrer; nil if there is none, or it is the tenant's own site.
    ///
    /// - Parameters:
    ///   - text: the address of the page before.
    ///   - pageHost: the host of the page that was opened; empty if it is not known.
    ///   - ownHosts: further hosts of the tenant, in small letters; their sites are own ones too.
    init?(_ text: String, pageHost: String, ownHosts: Set<String>) {
        let address = WebAddress(text)
        guard !address.host.isEmpty else { return nil }
        let host = Self.bare(address.host)
        let isOwn = ownHosts.contains { Self.isPart(host, of: Self.bare($0)) }
        let page = Self.bare(pageHost)
        if isOwn || (!page.isEmpty && (Self.isPart(host, of: page) || Self.isPart(page, of: host)))
        {
            return nil
        }
        if let engine = SearchEngine.name(of: host) {
            (source, medium, category) = (engine, "organic", .search)
        } else {
            (source, medium, category) = (host, "referral", SourceCategory.of(host: host))
        }
    }

    private static func bare(_ host: String) -> String {
        host.utf8.starts(with: "www.".utf8) ? String(host.dropFirst(4)) : host
    }

    /// Whether a host is a site or one of its parts.
    private static func isPart(_ host: String, of site: String) -> Bool {
        host == site || host.hasSuffix("." + site)
    }
}

/// Search engines, by the hosts of their pages of results.
enum SearchEngine {
    /// Engines whose pages of results are at `NAME.` and the top-level domain of a country.
    private static let worldwide: Set<String> = ["google", "yandex", "baidu"]

    private static let hosts: [String: String] = [
        "bing.com": "bing", "cn.bing.com": "bing", "duckduckgo.com": "duckduckgo",
        "html.duckduckgo.com": "duckduckgo", "yahoo.com": "yahoo", "yahoo.co.jp": "yahoo",
        "ya.ru": "yandex", "ecosia.org": "ecosia.org", "search.brave.com": "brave",
        "qwant.com": "qwant", "startpage.com": "startpage", "sogou.com": "sogou",
        "so.com": "so.com", "naver.com": "naver", "search.naver.com": "naver",
        "search.seznam.cz": "seznam", "search.daum.net": "daum", "ask.com": "ask",
        "search.aol.com": "aol", "search.google.com": "google", "lens.google.com": "google",
        "com.google.android.googlequicksearchbox": "google",
    ]

    /// The name of the engine whose page of results is at a host.
    ///
    /// - Parameter host: in small letters, without `www.`.
    /// - Returns: nil if it is none; `mail.google.com` is none.
    static func name(of host: String) -> String? {
        if let name = hosts[host] { return name }
        if host.hasSuffix(".search.yahoo.com") || host == "search.yahoo.com" { return "yahoo" }
        if host == "search.yahoo.co.jp" { return "yahoo" }
        var labels = host.split(separator: ".", omittingEmptySubsequences: false)[...]
        if let first = labels.first, ["m", "search"].contains(first) {
            labels = labels.dropFirst()
        }
        guard let name = labels.popFirst(), worldwide.contains(String(name)),
            (1...2).contains(labels.count), labels.allSatisfy({ (2...3).contains($0.utf8.count) })
        else { return nil }
        return String(name)
    }
}
