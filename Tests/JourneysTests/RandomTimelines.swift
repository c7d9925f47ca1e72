import Journeys
import TestKit

/// Timelines that a seed decides, in which everything that rules speak of comes often.
enum RandomTimelines {
    /// Some days of 2026, in microseconds.
    static let start: Int64 = 1_770_000_000_000_000

    static func timelines(seed: UInt64, count: Int) -> [Timeline] {
        var random = SeededGenerator(seed: seed)
        return (0..<count).map { _ in timeline(&random) }
    }

    private static func timeline(_ random: inout SeededGenerator) -> Timeline {
        var timeline = Timeline()
        var time = start + Int64.random(in: 0..<20, using: &random) * JourneySelection.day
        for _ in 0..<Int.random(in: 0...14, using: &random) {
            // Often at once, mostly within days, now and then after a long silence.
            switch Int.random(in: 0..<10, using: &random) {
            case 0, 1: break
            case 2: time += Int64.random(in: 20...60, using: &random) * JourneySelection.day
            default: time += Int64.random(in: 0...5 * JourneySelection.day, using: &random)
            }
            if Int.random(in: 0..<4, using: &random) > 0 {
                timeline.touches.append(
                    Timeline.Touch(
                        time: time,
                        kind: Timeline.Touch.Kind.allCases.randomElement(using: &random) ?? .click,
                        place: Int32.random(in: 1...6, using: &random)
                    )
                )
            } else {
                let value = Int64.random(in: 0...200_000_000, using: &random)
                let isFree = Int.random(in: 0..<8, using: &random) == 0
                timeline.conversions.append(
                    Timeline.Conversion(
                        touchesBefore: timeline.touches.count,
                        time: time,
                        kind: ["order", "lead", "call"].randomElement(using: &random) ?? "order",
                        eventID: "e\(timeline.conversions.count)",
                        orderID: Bool.random(using: &random) ? "o\(time)" : "",
                        value: isFree ? 0 : value,
                        refunds: isFree || Bool.random(using: &random)
                            ? [] : refunds(of: value, after: time, &random),
                        currency: isFree
                            ? ""
                            : ["EUR", "EUR", "USD", "JPY"].randomElement(using: &random) ?? "",
                        cancelledAt: Int.random(in: 0..<5, using: &random) == 0
                            ? later(than: time, &random) : nil
                    )
                )
            }
            if Int.random(in: 0..<12, using: &random) == 0 {
                let currency = ["", "EUR", "USD"].randomElement(using: &random) ?? ""
                timeline.unmatchedRefunds.append(
                    Timeline.UnmatchedRefund(
                        time: time,
                        millionths: currency.isEmpty ? 0 : Int64.random(in: 0...99, using: &random),
                        currency: currency
                    )
                )
            }
        }
        return timeline
    }

    /// Parts of a value that are paid back one after the other.
    private static func refunds(
        of value: Int64,
        after time: Int64,
        _ random: inout SeededGenerator
    ) -> [Timeline.Refund] {
        var (rest, last) = (value, time)
        var refunds: [Timeline.Refund] = []
        for _ in 0..<Int.random(in: 1...3, using: &random) where rest > 0 {
            let part = Int64.random(in: 1...rest, using: &random)
            last = later(than: last, &random)
            refunds.append(.init(time: last, millionths: part))
            rest -= part
        }
        return refunds
    }

    private static func later(than time: Int64, _ random: inout SeededGenerator) -> Int64 {
        time + Int64.random(in: 0...60 * JourneySelection.day, using: &random)
    }

    /// A selection of its own for each number.
    static func selection(seed: UInt64) -> JourneySelection {
        var random = SeededGenerator(seed: seed)
        let day = JourneySelection.day
        let from = start + Int64.random(in: -10...60, using: &random) * day
        var selection = JourneySelection(
            range: from..<from + Int64.random(in: 1...120, using: &random) * day,
            asOf: start + Int64.random(in: 0...200, using: &random) * day
        )
        selection.kinds =
            [[], ["order"], ["lead", "order"], ["none"]]
            .randomElement(using: &random) ?? []
        func window() -> Int64? {
            let days: [Int64?] = [nil, 1, 3, 7, 30]
            return (days.randomElement(using: &random) ?? nil).map { $0 * day }
        }
        selection.clickWindow = window()
        selection.viewWindow = window()
        selection.closing = Int64.random(in: 1...40, using: &random) * day
        selection.customers = [.all, .new, .returning].randomElement(using: &random) ?? .all
        selection.valueMode = Bool.random(using: &random) ? .gross : .net
        return selection
    }
}

/// The rules again, each touch looked at for itself, at any cost.
struct SlowJourneys {
    struct Found: Equatable {
        var end: Journey.End
        var touches: [Int]
        var time: Int64
        var isOfNewCustomer: Bool
    }

    let timeline: Timeline
    let selection: JourneySelection

    private var counting: [Int] {
        timeline.conversions.indices.filter { index in
            let conversion = timeline.conversions[index]
            let cancelled = conversion.cancelledAt ?? .max
            return conversion.time <= selection.asOf && selection.asOf < cancelled
                && (selection.kinds.isEmpty || selection.kinds.contains(conversion.kind))
        }
    }

    private var known: [Int] {
        timeline.touches.indices.filter { timeline.touches[$0].time <= selection.asOf }
    }

    /// How many conversions that count come before a touch.
    private func cycle(_ touch: Int) -> Int {
        counting.count { timeline.conversions[$0].touchesBefore <= touch }
    }

    /// How much time passes after a touch until the next act of its cycle, or until the end.
    private func silence(_ touch: Int) -> Int64 {
        var next = selection.asOf
        if cycle(touch) < counting.count {
            next = timeline.conversions[counting[cycle(touch)]].time
        }
        if let other = known.first(where: { $0 > touch }), cycle(other) == cycle(touch) {
            next = timeline.touches[other].time
        }
        return next - timeline.touches[touch].time
    }

    var journeys: [Found] {
        var found: [Found] = []
        for cycle in 0...counting.count {
            let own = known.filter { self.cycle($0) == cycle }
            var stretches: [[Int]] = [[]]
            for touch in own {
                stretches[stretches.count - 1].append(touch)
                if silence(touch) > selection.closing { stretches.append([]) }
            }
            for stretch in stretches.dropLast() {
                found.append(
                    Found(
                        end: .null,
                        touches: stretch,
                        time: stretch.map { timeline.touches[$0].time }.max() ?? 0,
                        isOfNewCustomer: cycle == 0
                    )
                )
            }
            let last = stretches[stretches.count - 1]
            if cycle < counting.count {
                let conversion = timeline.conversions[counting[cycle]]
                found.append(
                    Found(
                        end: .conversion(counting[cycle]),
                        touches: last.filter { touch in
                            let isView = timeline.touches[touch].kind == .impression
                            let window = isView ? selection.viewWindow : selection.clickWindow
                            return conversion.time - timeline.touches[touch].time
                                <= window ?? .max
                        },
                        time: conversion.time,
                        isOfNewCustomer: cycle == 0
                    )
                )
            } else if let touch = last.last {
                found.append(
                    Found(
                        end: .open,
                        touches: last,
                        time: timeline.touches[touch].time,
                        isOfNewCustomer: cycle == 0
                    )
                )
            }
        }
        return found
    }
}

extension JourneySelection {
    /// The journeys of a timeline with the touches that count.
    func found(in timeline: Timeline) -> [SlowJourneys.Found] {
        var found: [SlowJourneys.Found] = []
        journeys(of: timeline) { journey in
            found.append(
                SlowJourneys.Found(
                    end: journey.end,
                    touches: journey.stretch.filter { reaches(timeline.touches[$0], journey) },
                    time: journey.time,
                    isOfNewCustomer: journey.isOfNewCustomer
                )
            )
        }
        return found
    }
}
