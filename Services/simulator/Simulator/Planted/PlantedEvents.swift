internal import Numerics

/// What was put into a world for someone to find.
public struct PlantedEvents: Hashable, Sendable {
    /// Days on which something is not as it is else.
    public struct Anomaly: Hashable, Sendable {
        /// What it is.
        public enum Kind: String, CaseIterable, Sendable {
            /// Several times as much is spent on a channel.
            case spendSpike = "spend_spike"
            /// Nothing is spent on a channel.
            case spendOutage = "spend_outage"
            /// Hardly anyone can order.
            case siteOutage = "site_outage"
            /// Far more is ordered.
            case demandSpike = "demand_spike"
            /// Orders come in, and nothing that visitors do is recorded.
            case trackingOutage = "tracking_outage"
        }

        /// What it is.
        public let kind: Kind
        /// Its days, by their places in the calendar.
        public let days: Range<Int>
        /// What usual amounts are multiplied with.
        public let factor: Double
        /// The number of the channel, if it is of one.
        public let channel: Int?
    }

    /// A test that spends otherwise in some states than in the others.
    public struct GeoTest: Hashable, Sendable {
        /// What it is called.
        public let name: String
        /// The number of the channel.
        public let channel: Int
        /// The numbers of the states where it is spent otherwise.
        public let treated: [Int]
        /// Its days, by their places in the calendar.
        public let days: Range<Int>
        /// What usual spend is multiplied with there.
        public let factor: Double
    }

    /// A test that sends no email to some who subscribed.
    public struct Holdout: Hashable, Sendable {
        /// What it is called.
        public let name: String
        /// Its days, by their places in the calendar.
        public let days: Range<Int>
        /// How many get none.
        public let controlShare: Double
    }

    /// Days that are not as others.
    public private(set) var anomalies: [Anomaly] = []
    /// Tests by states.
    public private(set) var geoTests: [GeoTest] = []
    /// The test of email; nil if events are of too few days.
    public private(set) var holdout: Holdout?

    /// The same without tests by states.
    var withoutGeoTests: PlantedEvents {
        var planted = self
        planted.geoTests = []
        return planted
    }

    /// How long a test by states takes.
    private static let testDays = 28

    /// Nothing.
    init() {}

    /// Plans what a world is to have, as far as it is large enough.
    init(_ scale: WorldScale, _ streams: WorldStreams, _ channels: [MediaChannel]) {
        if scale.trackedDays >= 28 {
            let days = min(28, scale.trackedDays * 3 / 5)
            let first = scale.days - days - 5
            holdout = Holdout(name: "email_holdout", days: first..<first + days, controlShare: 0.3)
        }
        var random = streams.stream(.planted)
        if scale.days >= 200, scale.geos >= 4 {
            for (name, slug, share, factor) in [
                ("social_dark", "paid_social", 0.4, 0.0),
                ("shopping_heavy", "paid_shopping", 0.65, 2.5),
            ] {
                guard let channel = channels.firstIndex(where: { $0.slug == slug }) else {
                    continue
                }
                let first = Int(share * Double(scale.days)) + random.integer(below: 20)
                let geos = Self.some(scale.geos / 4, of: scale.geos, &random)
                geoTests.append(
                    GeoTest(
                        name: name,
                        channel: channel,
                        treated: geos,
                        days: first..<first + Self.testDays,
                        factor: factor
                    )
                )
            }
        }
        plantAnomalies(scale, channels.count, &random)
    }

    private mutating func plantAnomalies(
        _ scale: WorldScale,
        _ channels: Int,
        _ random: inout RandomStream
    ) {
        if scale.trackedDays >= 28 {
            let first = scale.days - scale.trackedDays + 4
            anomalies.append(
                Anomaly(kind: .trackingOutage, days: first..<first + 2, factor: 0, channel: nil)
            )
        }
        for (kind, length, factor) in [
            (Anomaly.Kind.spendSpike, 1, 5.0), (.spendOutage, 3, 0), (.siteOutage, 1, 0.15),
            (.demandSpike, 2, 1.8), (.spendSpike, 2, 4), (.siteOutage, 1, 0.25),
        ] {
            let isOfSpend = kind == .spendSpike || kind == .spendOutage
            let channel = isOfSpend ? random.integer(below: min(2, channels)) : nil
            guard scale.days > 100 else { continue }
            // Where all is taken after so many tries, there is one less.
            for _ in 0..<50 {
                let first = 30 + random.integer(below: scale.days - 70)
                let days = first..<first + length
                guard !isTaken(days) else { continue }
                anomalies.append(Anomaly(kind: kind, days: days, factor: factor, channel: channel))
                break
            }
        }
    }

    /// Whether something else happens near some days, so that neither could be told from the other.
    private func isTaken(_ days: Range<Int>) -> Bool {
        let wide = days.lowerBound - 10..<days.upperBound + 10
        return anomalies.contains { $0.days.overlaps(wide) }
            || geoTests.contains {
                ($0.days.lowerBound - 28..<$0.days.upperBound + 28).overlaps(days)
            }
            || holdout?.days.overlaps(wide) == true
    }

    private static func some(_ count: Int, of all: Int, _ random: inout RandomStream) -> [Int] {
        var rest = Array(0..<all)
        return (0..<count).map { _ in rest.remove(at: random.integer(below: rest.count)) }.sorted()
    }
}

extension PlantedEvents {
    /// What spend on a channel is multiplied with, in a state on a day.
    func spendFactor(channel: Int, geo: Int, day: Int) -> Double {
        var factor = 1.0
        for anomaly in anomalies where anomaly.channel == channel && anomaly.days.contains(day) {
            factor *= anomaly.factor
        }
        for test in geoTests
        where test.channel == channel && test.days.contains(day) && test.treated.contains(geo) {
            factor *= test.factor
        }
        return factor
    }

    /// What orders of a day are multiplied with.
    func orderFactor(day: Int) -> Double {
        anomalies.reduce(1) { factor, anomaly in
            let isOfOrders = anomaly.kind == .siteOutage || anomaly.kind == .demandSpike
            return isOfOrders && anomaly.days.contains(day) ? factor * anomaly.factor : factor
        }
    }

    /// Whether what visitors do is recorded on a day.
    func isRecorded(day: Int) -> Bool {
        !anomalies.contains { $0.kind == .trackingOutage && $0.days.contains(day) }
    }
}
