import Journeys
import PathModels
import Testing

@Suite("Lifetimes of customers")
struct LifetimeTests {
    private static let labels: [Int32: String] = [
        1: "search", 2: "email", 3: "social", 4: "direct", 5: "search", 6: "display",
    ]

    @Test("are worth what the slow rules add up, and tell which are not over", arguments: 0..<20)
    func oracle(_ seed: UInt64) throws {
        let timelines = RandomTimelines.timelines(seed: seed, count: 100)
        var selection = RandomTimelines.selection(seed: seed)
        let span = Int64(seed % 5) * 9 * JourneySelection.day + 1
        (selection.customers, selection.valueMode) = (.new, .lifetime(span))
        var table = JourneyTable(selection, labels: Self.labels) { currency, _ in
            currency == "USD" ? ExchangeRate(multiplier: 2_000_000_000_000) : nil
        }
        var (value, censored, unpriced): (Int64, Int, Int) = (0, 0, 0)
        for timeline in timelines {
            try table.add(timeline)
            for journey in SlowJourneys(timeline: timeline, selection: selection).journeys {
                guard case .conversion(let first) = journey.end, journey.isOfNewCustomer,
                    selection.range.contains(journey.time)
                else { continue }
                if journey.time + span > selection.asOf { censored += 1 }
                for (place, other) in timeline.conversions.enumerated() where place >= first {
                    guard !other.isCancelled(by: selection.asOf), other.time <= selection.asOf,
                        selection.kinds.isEmpty || selection.kinds.contains(other.kind),
                        other.time - journey.time < span
                    else { continue }
                    let net = other.value - other.refunded(by: selection.asOf)
                    switch other.currency {
                    case "EUR": value += net
                    case "USD": value += net * 2
                    default: unpriced += net == 0 ? 0 : 1
                    }
                }
            }
        }
        let total = table.paths.totalValue + table.counts.unattributedValue
        #expect(total.units == Int128(value) * 1_000_000)
        #expect(table.counts.censored == censored)
        #expect(table.counts.withoutRate.values.reduce(0, +) == unpriced)
    }

    @Test("that are worth more than can be counted are refused")
    func bounds() throws {
        let conversion = Timeline.Conversion(
            touchesBefore: 0,
            time: 5,
            kind: "order",
            value: .max,
            currency: "EUR"
        )
        var selection = JourneySelection(range: 0..<10, asOf: 10)
        (selection.customers, selection.valueMode) = (.new, .lifetime(100))
        var table = JourneyTable(selection, labels: Self.labels)
        #expect(throws: JourneyFailure.paths(.valueOutOfRange("what a customer is worth"))) {
            try table.add(Timeline(conversions: [conversion, conversion]))
        }
    }
}
