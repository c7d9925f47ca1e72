import Testing

/// All timelines of a tenant, made slowly of ingest's own tables: no feed, no parts, no shortcuts.
struct TimelineOracle {
    private struct Event {
        let key: String
        let ids: [String]
        let kind: Int
        let time: Int64
        let name: String
        let source: String
        let arrival: String
        let id: String
        let place: String
        let statement: Statement?
    }

    private struct Statement {
        let key: String
        let time: Int64
        let kind: String
        let effect: Int
        let isByOrder: Bool
        let value: Int64?
        let currency: String
        let order: String
        let isUnreadable: Bool
    }

    private let events: [Event]
    private let edges: [(String, String)]
    private let statements: [Statement]
    /// How many statements have each order id, and how many may.
    private let counts: [String: Int]
    private let mostOfOrder: Int
    /// The touch rule: minutes, and sources that are none.
    private let rule: (idle: Int64, ignored: Set<String>)

    init(
        of attribution: ServedAttribution,
        idle: Int64 = 30,
        ignored: Set<String> = [],
        mostOfOrder: Int = 1_000
    ) async throws {
        self.mostOfOrder = mostOfOrder
        rule = (idle * 60_000_000, ignored)
        edges = try await attribution.rows("select one, other from identity_edges").map { line in
            let parts = line.split(separator: "|").map(String.init)
            return (parts[0], parts[1])
        }
        let events = try await attribution.rows(
            """
            select e.key, coalesce('u:' || e.user_id, ''), coalesce('a:' || e.anonymous_id, ''),
                e.kind, (extract(epoch from e.occurred_at) * 1000000)::bigint, coalesce(e.name, ''),
                coalesce(e.source, ''), coalesce(p.arrival::text, ''), e.event_id,
                concat_ws('/', coalesce(e.channel::text, '-'), coalesce(e.source, '-'),
                    coalesce(e.medium, '-'), coalesce(e.campaign, '-')),
                coalesce(c.kind, ''), c.effect, c.by_order, (c.value * 1000000)::bigint,
                coalesce(c.currency, ''), coalesce(c.order_id, ''), c.problem in (1, 2, 3, 5, 6)
            from events e join ingest_v1_events p using (key) left join conversions c using (key)
            """
        ).map { line in
            let parts = line.split(separator: "|", omittingEmptySubsequences: false)
                .map(String.init)
            let statement =
                try parts[10].isEmpty
                ? nil
                : Statement(
                    key: parts[0],
                    time: #require(Int64(parts[4])),
                    kind: parts[10],
                    effect: #require(Int(parts[11])),
                    isByOrder: parts[12] == "t",
                    value: Int64(parts[13]),
                    currency: parts[14],
                    order: parts[15],
                    isUnreadable: parts[16] == "t"
                )
            return Event(
                key: parts[0],
                ids: parts[1...2].filter { !$0.isEmpty },
                kind: try #require(Int(parts[3])),
                time: try #require(Int64(parts[4])),
                name: parts[5],
                source: parts[6].lowercased(),
                arrival: parts[7],
                id: parts[8],
                place: parts[9],
                statement: statement
            )
        }
        self.events = events
        statements = events.compactMap(\.statement)
        counts = Dictionary(statements.map { ($0.order, 1) }, uniquingKeysWith: +)
    }

    /// As `ServedAttribution.stored()` tells them.
    func timelines() -> [String] {
        persons().compactMap { ids in
            let own = events.filter { ids.contains($0.ids[0]) }
                .sorted { ($0.time, $0.key) < ($1.time, $1.key) }
            guard !own.isEmpty else { return nil }
            let users = ids.filter { $0.hasPrefix("u:") }
            let name = (users.isEmpty ? ids : users).min() ?? ""
            return (name, own, ids)
        }
        .sorted { (left: (String, [Event], Set<String>), right) in left.0 < right.0 }
        .map { name, own, ids in
            let orders = own.compactMap(\.statement?.order).filter { !$0.isEmpty }.sorted()
            let (text, touches, conversions) = timeline(of: own)
            return "\(name)|\(ids.sorted().joined(separator: ","))|\(own.count)"
                + "|\(orders.joined(separator: ","))|\(touches)|\(conversions) \(text)"
        }
    }

    /// Ids that are one's: joined until nothing changes.
    private func persons() -> [Set<String>] {
        var groups: [Set<String>] = []
        let links = edges.map { [$0.0, $0.1] } + events.map(\.ids)
        for link in links {
            let (joined, others) = (
                groups.filter { !$0.isDisjoint(with: link) },
                groups.filter { $0.isDisjoint(with: link) }
            )
            groups = others + [joined.reduce(Set(link)) { $0.union($1) }]
        }
        return groups
    }

    // MARK: One person

    private func timeline(of own: [Event]) -> (String, Int, Int) {
        var parts: [String] = []
        var touches = 0
        var conversions = 0
        for (place, event) in own.enumerated() {
            if let kind = touch(own, at: place) {
                parts.append("\(kind)@\(event.time):\(event.place)")
                touches += 1
            }
            if let statement = event.statement, statement.effect == 1, isFirst(statement) {
                parts.append(conversion(statement, event, own))
                conversions += 1
            }
        }
        parts += unmatched(own)
        return (parts.joined(separator: " "), touches, conversions)
    }

    /// What touch an event is: steps 1 to 6 of the contract, from the beginning each time.
    private func touch(_ own: [Event], at place: Int) -> Int? {
        var session: (time: Int64, arrival: String)?
        for (index, event) in own[...place].enumerated() {
            let isOver = session.map { event.time - $0.time >= rule.idle } ?? true
            switch event.kind {
            case 1:
                let arrival = rule.ignored.contains(event.source) ? "" : event.arrival
                let starts = isOver || (!arrival.isEmpty && arrival != session?.arrival)
                if starts {
                    session = (event.time, arrival)
                    if index == place { return arrival.isEmpty ? 2 : 1 }
                }
            case 2 where index == place: return 3
            case 3 where index == place: return 4
            case 9 where event.name == "Email Delivered" && index == place: return 5
            default: break
            }
            let isAct =
                [1, 4, 7].contains(event.kind)
                || (event.kind == 9 && event.name != "Email Delivered")
            if isAct, !isOver { session?.time = event.time }
        }
        return nil
    }

    private func isFirst(_ statement: Statement) -> Bool {
        guard statement.isByOrder, !order(of: statement).isEmpty else { return true }
        return statements.allSatisfy { other in
            other.order != statement.order || !other.isByOrder || other.kind != statement.kind
                || other.effect != statement.effect || other.key >= statement.key
        }
    }

    /// The order that a statement is of; empty if its id is none.
    private func order(of statement: Statement) -> String {
        counts[statement.order] ?? 0 > mostOfOrder ? "" : statement.order
    }

    private func conversion(_ statement: Statement, _ event: Event, _ own: [Event]) -> String {
        var refunds: [(time: Int64, paid: Int64)] = []
        var foreign: [(time: Int64, text: String)] = []
        var cancelled: Int64?
        let order = order(of: statement)
        if !order.isEmpty {
            let own = ledger(of: order).filter { $0.key == statement.key }
            refunds = own.filter { $0.currency == statement.currency }.map { ($0.time, $0.paid) }
            foreign = own.filter { $0.currency != statement.currency }
                .map { ($0.time, "~\($0.paid)@\($0.time):\($0.currency)") }
            cancelled =
                statements.filter { other in
                    other.effect == 3 && other.order == order && isFirst(other)
                        && targets(of: other).contains { $0.key == statement.key }
                }
                .map(\.time).min()
        }
        // Without an order: those after it, and before the next conversion of the kind.
        var isNext = false
        for other in own {
            guard let said = other.statement, said.kind == statement.kind else { continue }
            if said.key == statement.key {
                isNext = true
            } else if said.effect == 1, isFirst(said) {
                isNext = false
            } else if isNext, said.effect == 2, self.order(of: said).isEmpty {
                let rest = (statement.value ?? 0) - refunds.reduce(0) { $0 + $1.paid }
                refunds.append((other.time, min(part(said, statement), rest)))
                guard isForeign(said, [statement]), let paid = said.value else { continue }
                foreign.append((other.time, "~\(paid)@\(other.time):\(said.currency)"))
            }
        }
        let others = foreign.enumerated()
            .sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
            .map(\.element.text).joined()
        let told = refunds.enumerated().filter { $1.paid > 0 }
            .sorted { ($0.element.time, $0.offset) < ($1.element.time, $1.offset) }
            .map { "\($1.paid)@\($1.time)" }
        return "#\(statement.kind)@\(event.time):\(event.id):\(order):\(statement.value ?? 0):"
            + "\(told.joined(separator: "+")):\(statement.currency)\(others)"
            + (cancelled.map { ":cancelled@\($0)" } ?? "")
    }

    /// The conversions that a refund or a cancellation of an order is of, the earliest first.
    private func targets(of statement: Statement) -> [Statement] {
        let all = statements.filter { other in
            other.effect == 1 && other.order == statement.order && isFirst(other)
        }
        let kinds = Set(all.map(\.kind))
        let kind = ["purchase", statement.kind].first { kinds.contains($0) } ?? kinds.min()
        return all.filter { $0.kind == kind }.sorted { ($0.time, $0.key) < ($1.time, $1.key) }
    }

    /// What is paid back of a conversion, of which refund and in what.
    private struct Payment {
        let key: String
        let refund: String
        let time: Int64
        let paid: Int64
        let currency: String
    }

    /// What is paid back of each conversion of an order, refund by refund.
    private func ledger(of order: String) -> [Payment] {
        var ledger: [Payment] = []
        let refunds = statements.filter { $0.effect == 2 && $0.order == order && isFirst($0) }
        for refund in refunds.sorted(by: { ($0.time, $0.key) < ($1.time, $1.key) }) {
            var left = refund.value ?? .max
            let targets = targets(of: refund)
            if isForeign(refund, targets), let paid = refund.value {
                for first in targets.filter({ $0.value ?? 0 > 0 }).prefix(1) {
                    ledger.append(
                        Payment(
                            key: first.key,
                            refund: refund.key,
                            time: refund.time,
                            paid: paid,
                            currency: refund.currency
                        )
                    )
                }
            }
            for conversion in targets {
                let before = ledger.filter {
                    $0.key == conversion.key && $0.currency == conversion.currency
                }
                .reduce(0) { $0 + $1.paid }
                let paid = min(left, part(refund, conversion), (conversion.value ?? 0) - before)
                if refund.value != nil { left -= paid }
                ledger.append(
                    Payment(
                        key: conversion.key,
                        refund: refund.key,
                        time: refund.time,
                        paid: paid,
                        currency: conversion.currency
                    )
                )
            }
        }
        return ledger
    }

    /// Whether a refund is in another currency than all conversions that it could be of.
    private func isForeign(_ refund: Statement, _ targets: [Statement]) -> Bool {
        !refund.isUnreadable && refund.value ?? 0 > 0
            && targets.allSatisfy { $0.currency != refund.currency }
            && targets.contains { $0.value ?? 0 > 0 }
    }

    /// What a refund pays back at most.
    private func part(_ refund: Statement, _ conversion: Statement) -> Int64 {
        if refund.isUnreadable { return 0 }
        guard let paid = refund.value else { return conversion.value ?? 0 }
        return refund.currency == conversion.currency ? paid : 0
    }

    /// The refunds of a person that pay back nothing, or not all.
    private func unmatched(_ own: [Event]) -> [String] {
        own.enumerated().compactMap { place, event in
            guard let refund = event.statement, refund.effect == 2, isFirst(refund) else {
                return nil
            }
            let order = order(of: refund)
            let before = own[..<place].compactMap(\.statement).filter {
                $0.effect == 1 && $0.kind == refund.kind && isFirst($0)
            }
            let targets = order.isEmpty ? Array(before.suffix(1)) : targets(of: refund)
            if targets.isEmpty { return "!\(refund.value ?? 0)@\(event.time):\(refund.currency)" }
            if refund.isUnreadable { return "!0@\(event.time):?" }
            if isForeign(refund, targets) { return nil }
            guard let value = refund.value else { return nil }
            let paid =
                order.isEmpty
                ? paid(refund, targets[0], own)
                : ledger(of: order).filter { $0.refund == refund.key }.reduce(0) { $0 + $1.paid }
            return paid == value ? nil : "!\(value - paid)@\(event.time):\(refund.currency)+"
        }
    }

    /// What a refund without an order pays back of a conversion, after those before it.
    private func paid(_ refund: Statement, _ conversion: Statement, _ own: [Event]) -> Int64 {
        let order = order(of: conversion)
        var rest = conversion.value ?? 0
        if !order.isEmpty {
            rest -= ledger(of: order)
                .filter { $0.key == conversion.key && $0.currency == conversion.currency }
                .reduce(0) { $0 + $1.paid }
        }
        var isNext = false
        for said in own.compactMap(\.statement) where said.kind == refund.kind {
            if said.key == conversion.key { isNext = true }
            guard isNext, said.effect == 2, self.order(of: said).isEmpty else { continue }
            let paid = min(part(said, conversion), rest)
            if said.key == refund.key { return paid }
            rest -= paid
        }
        return 0
    }
}
