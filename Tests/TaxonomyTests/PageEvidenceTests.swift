import TestKit
import Testing

@testable import Taxonomy

@Suite("What the address of a page can say")
struct PageEvidenceTests {
    private func note(_ page: String) -> [UInt8]? {
        var note: [UInt8] = []
        return WebAddress.note(evidenceOf: page, in: &note) ? note : nil
    }

    private func traffic(_ page: String) -> TrafficSource {
        var clues = TouchClues()
        clues.page = page
        clues.referrer = "https://part.shop.example/before"
        return TrafficSource(clues)
    }

    @Test("is the same on pages of which only that differs which says nothing")
    func same() {
        let first = "https://shop.example/a?x=1&utm_source=google&gclid=7&utm_medium=cpc#top"
        let second = "https://shop.example/b/c?utm_source=google&y&gclid=7&utm_medium=cpc"
        #expect(note(first) != nil && note(first) == note(second))
        #expect(traffic(first) == traffic(second))
        for other in [
            "https://shop.example/a?utm_source=google&utm_medium=cpc",
            "https://shop.example/a?utm_source=google&gclid=8&utm_medium=cpc",
            "https://shop.example/a?utm_source=google&gclid=&utm_medium=cpc",
            "https://shop.example/a?utm_source=google&gbraid=7&utm_medium=cpc",
            "https://shop.example/a?utm_source=Google&gclid=7&utm_medium=cpc",
            "https://other.example/a?utm_source=google&gclid=7&utm_medium=cpc",
        ] { #expect(note(other) != note(first)) }
    }

    @Test("is not read of addresses that are cut or trimmed")
    func unread() {
        for page in [
            " https://shop.example/", "https://shop.example/?gclid=\n",
            "https://shop.example/" + String(repeating: "a", count: WebAddress.mostBytes),
            "?" + String(repeating: "a&", count: WebAddress.mostParameters + 1),
        ] { #expect(note(page) == nil) }
        #expect(note("") != nil)
    }

    @Test("leads to the same conclusion wherever it is the same, however odd the addresses are")
    func odd() {
        var generator = SeededGenerator(seed: 4)
        var known: [[UInt8]: TrafficSource] = [:]
        var repeated = 0
        for _ in 0..<20_000 {
            let page = Self.page(&generator)
            guard let note = note(page) else { continue }
            let found = traffic(page)
            if let before = known.updateValue(found, forKey: note) {
                repeated += 1
                #expect(before == found, "\(page)")
            }
        }
        #expect(repeated > 2_000)
    }

    /// Few pieces, so that many addresses say the same, in all orders.
    private static func page(_ generator: inout SeededGenerator) -> String {
        let starts = [
            "https://shop.example", "https://shop.example/a", "//shop.example/b", "shop.example",
            "/c",
            "https://me@Shop.example:80/", "shop.example:80//x", "https:/shop.example", "",
            "https://shop.example/a://b/c", "android-app://shop/x",
        ]
        let names = [
            "utm_source", "utm_medium", "gclid", "fbclid", "UTM_SOURCE", "GCLID", "gcl%69d",
            "utm%5fsource", "x", "utm", "im_ref", "+gclid", "",
        ]
        let values = ["", "=", "=google", "=cpc", "=1", "=%", "=%00", "=+", "==", "=a?b", "= "]
        let ends = ["", "#", "#?gclid=1", "&", " ", "#utm_source=x"]
        var page = generator.pick(starts)
        if !generator.happens(onceIn: 4) { page += "?" }
        for index in 0..<generator.number(in: 0...2) {
            if index > 0 { page += generator.pick(["&", "&", "&&", "?"]) }
            page += generator.pick(names) + generator.pick(values)
        }
        return page + generator.pick(ends)
    }
}
