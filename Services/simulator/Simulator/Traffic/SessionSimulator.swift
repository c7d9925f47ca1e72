internal import Numerics

/// A page that a visitor opened, of which it is known whether it began a visit.
public struct LabelledPage: Hashable, Sendable {
    /// What the page is called, unlike all others.
    public let id: String
    /// Who opened it.
    public let visitor: String
    /// When, in seconds since the start.
    public let second: Int64
    /// The address.
    public let page: String
    /// The address of the page before; empty if the browser does not say.
    public let referrer: String
    /// Whether a visit began by it.
    public let beginsVisit: Bool
}

/// Visits of a shop's visitors, page by page: some come back after hours, some within minutes by
/// another click on an ad.
///
/// The same seed gives the same pages on any machine.
public struct SessionSimulator: Sendable {
    private var random: RandomStream
    private var traffic: TrafficSimulator
    private var clicks = 0

    /// After how many seconds without a page a visit is over.
    public static let idle: Int64 = 1_800

    /// A simulator.
    ///
    /// - Parameter seed: what tells its pages from those of others.
    public init(seed: UInt64) {
        random = RandomStream(seed: seed)
        traffic = TrafficSimulator(seed: seed)
    }

    /// All pages of the next visitor, in the order of their times.
    ///
    /// - Parameter visitor: what the visitor is called.
    /// - Returns: the pages of one to five visits.
    public mutating func pages(of visitor: String) -> [LabelledPage] {
        var pages: [LabelledPage] = []
        var second = Int64(random.integer(below: 400_000))
        for visit in 0..<(1 + random.integer(below: 5)) {
            var (page, referrer) = ("", "")
            if visit > 0, random.uniform() < 0.3 {
                // Another ad, before the visit is over: each click has an id of its own.
                clicks += 1
                page = "https://shop.example/sale?utm_source=google&utm_medium=cpc&gclid=c\(clicks)"
                second += 1 + Int64(random.integer(below: Int(Self.idle) - 1))
            } else {
                let landing = traffic.next()
                (page, referrer) = (landing.page, landing.referrer)
                if visit > 0 { second += Self.idle + Int64(random.integer(below: 90_000)) }
            }
            pages.append(label(visitor, pages.count, second, (page, referrer), begins: true))
            for _ in 0..<random.integer(below: 6) {
                second += 1 + Int64(random.integer(below: Int(Self.idle) - 1))
                let next = "https://shop.example/p/\(1 + random.integer(below: 500))"
                // What was opened before is the shop's own; now and then nobody says.
                let before = random.uniform() < 0.1 ? "" : "https://shop.example/"
                pages.append(label(visitor, pages.count, second, (next, before), begins: false))
            }
        }
        return pages
    }

    private func label(
        _ visitor: String,
        _ number: Int,
        _ second: Int64,
        _ addresses: (page: String, referrer: String),
        begins: Bool
    ) -> LabelledPage {
        LabelledPage(
            id: "\(visitor)-\(number)",
            visitor: visitor,
            second: second,
            page: addresses.page,
            referrer: addresses.referrer,
            beginsVisit: begins
        )
    }
}
