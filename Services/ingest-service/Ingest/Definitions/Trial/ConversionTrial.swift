internal import Messages
internal import Postgres
internal import RPC

/// What conversion definitions make of stored events, beside what others make of the same.
///
/// It takes as much memory as the events that it has seen have different orders.
struct ConversionTrial {
    /// An event, and what either decides.
    struct Event: Sendable {
        let id: String
        /// Those of the draft that take it, the first first; at most two.
        let takers: [(name: String, conversion: Conversion)]
        let active: Conversion?
    }

    fileprivate struct Group: Hashable {
        let kind: String
        let effect: Int32
        let currency: String
    }

    fileprivate struct Sums {
        var events: Int64 = 0
        var value: Int128 = 0
    }

    private struct Order: Hashable {
        let kind: String
        let effect: Int32
        let id: String
    }

    private var counts: [Group: (draft: Sums, active: Sums)] = [:]
    private var unreadable: [String: [Conversion.Problem: (events: Int64, examples: [String])]] =
        [:]
    private var orders: [Order: (first: Conversion, isInConflict: Bool)] = [:]
    private var report = IngestV1.ConversionReport()

    private static let mostCounts = 1_000
    private static let mostExamples = 10
    private static let mostOfProblem = 5

    /// What two sets of definitions decide of an event.
    ///
    /// - Parameters:
    ///   - id: the event's.
    ///   - facts: the event's.
    ///   - draft: the one.
    ///   - active: the other.
    /// - Returns: what either decides.
    /// - Throws: DATA_LOSS if the event is not as it was written.
    static func look(
        at id: String,
        _ facts: ConversionFacts,
        by draft: ConversionSet,
        beside active: ConversionSet
    ) throws(RPCError) -> Event {
        Event(
            id: id,
            takers: try draft.takers(of: facts, atMost: 2),
            active: try active.conversion(of: facts)
        )
    }

    /// Takes the next event, in the order of their keys.
    mutating func take(_ event: Event) {
        if let active = event.active {
            counts[Self.group(active), default: (Sums(), Sums())].active.add(active)
        }
        guard let (name, conversion) = event.takers.first else { return }
        counts[Self.group(conversion), default: (Sums(), Sums())].draft.add(conversion)
        if event.takers.count > 1 {
            report.claimedTwice += 1
            Self.note(event.id, in: &report.claimedTwiceExamples, atMost: Self.mostExamples)
        }
        if let problem = conversion.problem {
            var found = unreadable[name, default: [:]][problem] ?? (0, [])
            found.events += 1
            Self.note(event.id, in: &found.examples, atMost: Self.mostOfProblem)
            unreadable[name, default: [:]][problem] = found
        }
        takeOrder(conversion)
    }

    private mutating func takeOrder(_ conversion: Conversion) {
        guard conversion.isByOrder, let id = conversion.orderID else { return }
        let order = Order(kind: conversion.kind, effect: conversion.effect.rawValue, id: id)
        guard let known = orders[order] else {
            orders[order] = (conversion, false)
            return
        }
        if known.first.value == conversion.value, known.first.currency == conversion.currency {
            report.duplicates += 1
            return
        }
        var conflicts = report.conflicts ?? IngestV1.ConversionReport.Conflicts()
        conflicts.events += 1
        if !known.isInConflict {
            conflicts.orders += 1
            Self.note(id, in: &conflicts.examples, atMost: Self.mostExamples)
            orders[order] = (known.first, true)
        }
        report.conflicts = conflicts
    }

    private static func note(_ text: String, in examples: inout [String], atMost most: Int) {
        if examples.count < most { examples.append(text) }
    }

    private static func group(_ conversion: Conversion) -> Group {
        Group(
            kind: conversion.kind,
            effect: conversion.effect.rawValue,
            currency: conversion.currency ?? ""
        )
    }

    /// What came of it; of very many groups those with the most events.
    var message: IngestV1.ConversionReport {
        var message = report
        message.conflicts = report.conflicts ?? IngestV1.ConversionReport.Conflicts()
        let most = counts.sorted { left, right in
            (right.value.draft.events, left.key.text) < (left.value.draft.events, right.key.text)
        }.prefix(Self.mostCounts)
        message.counts = most.sorted { $0.key.text < $1.key.text }.map { group, sums in
            var count = IngestV1.ConversionReport.Count()
            count.kind = group.kind
            count.effect = .init(rawValue: group.effect)
            count.currency = group.currency
            (count.events, count.value) = (sums.draft.events, sums.draft.text)
            (count.activeEvents, count.activeValue) = (sums.active.events, sums.active.text)
            return count
        }
        message.unreadable = unreadable.sorted { $0.key < $1.key }.flatMap { name, problems in
            problems.sorted { $0.key.rawValue < $1.key.rawValue }.map { problem, found in
                var unreadable = IngestV1.ConversionReport.Unreadable()
                unreadable.definition = name
                unreadable.problem = problem.text
                (unreadable.events, unreadable.examples) = found
                return unreadable
            }
        }
        return message
    }
}

extension ConversionTrial.Group {
    /// What groups are put in order by.
    fileprivate var text: String { "\(kind) \(effect) \(currency)" }
}

extension ConversionTrial.Sums {
    fileprivate mutating func add(_ conversion: Conversion) {
        events += 1
        value += conversion.value?.coefficient ?? 0
    }

    /// What they are worth; amounts have six digits behind the point.
    fileprivate var text: String {
        PostgresDecimal(coefficient: value, scale: 6)?.description ?? ""
    }
}
