import Testing

@testable import Taxonomy

@Suite("A report on tags")
struct UTMReportTests {
    private func report(_ query: String) -> UTMReport {
        UTMReport(WebAddress("https://shop.example/?" + query))
    }

    private func close(_ left: Double, _ right: Double) -> Bool { abs(left - right) < 1e-12 }

    @Test("has nothing to say of good ones")
    func good() {
        let report = report("utm_source=google&utm_medium=cpc&utm_campaign=brand&utm_id=7")
        #expect(report.findings.isEmpty && report.isValid && report.validity == 1)
        #expect(report.normalised[.source] == "google" && report.normalised[.id] == "7")
    }

    @Test("finds each fault, weighs it, and says what to write instead")
    func faults() {
        let base = "&utm_source=google&utm_medium=cpc&utm_campaign=c"
        let cases: [(String, UTMReport.Kind, Double)] = [
            ("utm_medium=cpc&utm_campaign=c", .missingSource, 0.5),
            ("utm_source=google&utm_campaign=c", .missingMedium, 0.9),
            ("utm_source=google&utm_medium=cpc", .missingCampaign, 1),
            ("utm_soure=x" + base, .unknownParameter, 0.9),
            ("utm_source=bing" + base, .repeated, 0.9),
            ("utm_source=fb&utm_medium=cpc&utm_campaign=c", .alias, 0.95),
            ("utm_source=google&utm_medium=CPC&utm_campaign=c", .capitals, 1),
            ("utm_source=my%20news&utm_medium=email&utm_campaign=c", .blanks, 1),
            ("utm_term=caf%C3%A9" + base, .notASCII, 0.95),
            ("utm_term=\(String(repeating: "x", count: 201))" + base, .tooLong, 0.85),
            ("utm_term=(not%20set)" + base, .placeholder, 0.8),
            ("utm_term=%7B%7Bad.name%7D%7D" + base, .macro, 0.8),
            ("utm_term=a@b.example" + base, .personalData, 1),
        ]
        for (query, kind, validity) in cases {
            let report = report(query)
            #expect(report.findings.map(\.kind) == [kind], "\(query)")
            #expect(close(report.validity, validity), "\(query)")
            #expect(report.isValid == !kind.isError)
            #expect(
                report.findings.allSatisfy { !$0.text.isEmpty && $0.parameter.hasPrefix("utm_") }
            )
        }
        #expect(Set(cases.map(\.1)) == Set(UTMReport.Kind.allCases))
    }

    @Test("gives the usual names, and nothing for what says nothing")
    func normalised() {
        let report = report("utm_source=+FB+&utm_medium=e-mail&utm_campaign=(not+set)&utm_term=T+x")
        #expect(report.normalised[.source] == "facebook" && report.normalised[.medium] == "email")
        #expect(report.normalised[.campaign] == nil && report.normalised[.term] == "T x")
        #expect(UTMNames.nearest(to: "utm_mediun") == "utm_medium")
        #expect(UTMNames.nearest(to: "utm_colour") == nil)
    }

    @Test("multiplies all its factors")
    func product() {
        let report = report("utm_source=fb&utm_foo=1")
        #expect(close(report.validity, 0.9 * 0.9 * 0.95))
    }

    @Test("mends a link, and touches nothing else of it")
    func corrected() {
        let cases = [
            (
                "https://shop.example/a?x=1&utm_source=FB&utm_medium=cpc&y=%20#top",
                "https://shop.example/a?x=1&utm_source=facebook&utm_medium=cpc&y=%20#top"
            ),
            (
                "https://shop.example/?utm_source=google&utm_source=bing",
                "https://shop.example/?utm_source=google"
            ),
            ("https://shop.example/?utm_term=(not+set)#a", "https://shop.example/#a"),
            (
                "https://shop.example/?utm_campaign=caf%C3%A9+x",
                "https://shop.example/?utm_campaign=caf%C3%A9+x"
            ),
            (
                "https://shop.example/?utm_source=My+News",
                "https://shop.example/?utm_source=my_news"
            ),
            ("?utm_medium=e%2Dmail", "?utm_medium=email"),
            ("https://shop.example/#?utm_source=FB", "https://shop.example/#?utm_source=FB"),
            ("https://shop.example", "https://shop.example"),
        ]
        for (link, mended) in cases {
            let report = UTMReport(WebAddress(link))
            #expect(report.corrected(link) == mended)
            let again = UTMReport(WebAddress(mended))
            #expect(again.corrected(mended) == mended)
            #expect(again.validity >= report.validity)
        }
    }
}
