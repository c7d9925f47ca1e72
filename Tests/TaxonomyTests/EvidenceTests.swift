import Testing

@testable import Taxonomy

@Suite("Where a visitor came from")
struct EvidenceTests {
    private func traffic(
        page: String? = nil,
        referrer: String? = nil,
        ownHosts: Set<String> = []
    ) -> TrafficSource {
        var clues = TouchClues()
        clues.page = page
        clues.referrer = referrer
        return TrafficSource(clues, ownHosts: ownHosts)
    }

    @Test("is read of addresses in all their forms")
    func addresses() {
        let whole = WebAddress(" HTTPS://me:pw@WWW.Shop.example.:8443/a/b?Q=1&x=%41+b&y#z?w=1 ")
        #expect(whole.scheme == "https" && whole.host == "www.shop.example")
        #expect(whole.path == "/a/b")
        #expect(whole.parameters.map(\.name) == ["q", "x", "y"])
        #expect(whole.parameters.map(\.value) == ["1", "A b", ""])
        #expect(whole.value(of: "y") == nil && whole.value(of: "x") == "A b")
        #expect(WebAddress("//cdn.example/x").host == "cdn.example")
        #expect(WebAddress("shop.example").host == "shop.example")
        #expect(WebAddress("/path?a=1").host == "" && WebAddress("/path?a=1").path == "/path")
        #expect(WebAddress("").host == "" && WebAddress("?").parameters.isEmpty)
        #expect(WebAddress("https://[::1]:80/").host == "::1")
        #expect(WebAddress("http://a.example?x=%zz").value(of: "x") == "%zz")
        #expect(WebAddress("http://a.example?x=%ff").value(of: "x") == "%ff")
        let many = WebAddress("?" + String(repeating: "a=1&", count: 1_000))
        #expect(many.parameters.count == WebAddress.mostParameters)
        let long = WebAddress("http://a.example/" + String(repeating: "é", count: 10_000))
        #expect(long.path.utf8.count <= WebAddress.mostBytes + 3)
    }

    @Test("keeps what a campaign is called, and how it was concluded")
    func grounds() {
        let tagged = traffic(
            page:
                "https://shop.example/?utm_source=Google&utm_medium=CPC&utm_campaign=Spring&gclid=1"
        )
        #expect(tagged.source == "google" && tagged.medium == "cpc" && tagged.campaign == "Spring")
        #expect(tagged.grounds == [.taggedSource, .taggedMedium, .paidClick])
        #expect(tagged.clickIDs == [.gclid] && tagged.category == .search)
        let direct = traffic()
        #expect(direct.source == "(direct)" && direct.medium == "(none)" && direct.grounds == [])
        let denied = traffic(page: "/?gclid=1&utm_source=facebook&utm_medium=organic")
        #expect(denied.grounds.contains(.conflict))
        #expect(denied.source == "google" && denied.medium == "cpc")
        let shared = traffic(page: "/?fbclid=1")
        #expect(
            shared.grounds == [.freeClick] && shared.source == "facebook" && shared.medium == ""
        )
    }

    @Test("is not the tenant's own site, whichever part of it")
    func own() {
        let page = "https://shop.example/"
        #expect(traffic(page: page, referrer: "https://pay.shop.example/").grounds == [])
        #expect(traffic(page: page, referrer: "https://pay.example/").grounds == [.referrer])
        let own = traffic(
            page: page,
            referrer: "https://eu.pay.example/",
            ownHosts: ["pay.example"]
        )
        #expect(own.grounds == [])
        #expect(
            traffic(referrer: "https://xshop.example/", ownHosts: ["shop.example"]).source
                != "(direct)"
        )
    }

    @Test("is a search engine's name only for its pages of results")
    func engines() {
        #expect(SearchEngine.name(of: "google.co.uk") == "google")
        #expect(SearchEngine.name(of: "google.com") == "google")
        #expect(SearchEngine.name(of: "m.google.fr") == "google")
        #expect(SearchEngine.name(of: "uk.search.yahoo.com") == "yahoo")
        for host in [
            "mail.google.com", "google", "google.example", "google.com.evil.org", "xgoogle.com",
        ] {
            #expect(SearchEngine.name(of: host) == nil, "\(host)")
        }
    }

    @Test("paid media by hand are those of the published expression")
    func paid() throws {
        let pattern = try Pattern(DefaultChannelGroup.paid)
        for medium in [
            "cpc", "scp", "ppc", "xppc", "ppcx", "paid", "unpaid", "retargeting", "c p", "",
        ] {
            #expect(DefaultChannelGroup.isPaid(medium) == pattern.isFound(in: medium), "\(medium)")
        }
    }

    @Test("placeholders and macros say nothing")
    func placeholders() {
        for text in [
            "(not set)", "(NONE)", "{{campaign.name}}", "{campaignid}", "%%C%%", "__C__", "null",
        ] {
            #expect(Placeholder.isOne(text), "\(text)")
        }
        for text in ["spring", "{", "{}", "a{b}", "____", "__x", "(set)"] {
            #expect(!Placeholder.isOne(text), "\(text)")
        }
    }
}
