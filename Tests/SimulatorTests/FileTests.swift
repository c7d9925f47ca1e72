import Files
import Foundation
import Simulator
import Testing
import Wire

@Suite("Files of simulated worlds")
struct FileTests {
    /// The days and states of rows, with the sum of something.
    private func sums(
        _ rows: [[String: String]],
        _ value: ([String: String]) -> Int
    ) -> [String: Int] {
        var sums: [String: Int] = [:]
        for row in rows { sums[row.cell("date") + row.cell("geo"), default: 0] += value(row) }
        return sums.filter { $0.value != 0 }
    }

    @Test("are the same bytes for a seed, and others for another")
    func seeded() throws {
        var scale = WrittenWorld.scale
        (scale.days, scale.trackedDays) = (60, 30)
        let first = try WrittenWorld(seed: 1, .mixModel, scale: scale)
        let same = try WrittenWorld(seed: 1, .mixModel, scale: scale)
        let other = try WrittenWorld(seed: 2, .mixModel, scale: scale)
        #expect(first.files == same.files)
        #expect(first.written == same.written)
        for path in ["events.csv", "spend.csv", "kpi.csv", "truth.json", "roster/health.csv"] {
            #expect(first.files[path] != other.files[path], "\(path)")
        }
        #expect(Set(first.files.keys) == Set(first.written.map(\.path)))
    }

    @Test("come in parts, however long they are")
    func parts() throws {
        let written = try WrittenWorld.mixModel.get()
        #expect(written.files["events.csv"]?.count ?? 0 > 1 << 20)
        #expect(written.largestPart < 300 << 10)
        for file in written.written where file.path.hasSuffix(".csv") {
            let lines = written.files[file.path]?.count { $0 == UInt8(ascii: "\n") }
            #expect(lines == file.rows + 1, "\(file.path)")
        }
    }

    @Test("say of outcomes what orders add up to, by day and state")
    func outcomes() throws {
        let written = try WrittenWorld.mixModel.get()
        let (orders, kpis) = (written.rows("truth/orders.csv"), written.rows("kpi.csv"))
        #expect(kpis.count == written.world.scale.days * written.world.geos.count)
        #expect(sums(orders) { _ in 1 } == sums(kpis) { Int($0.cell("orders")) ?? -1 })
        #expect(sums(orders) { cents($0["value"]) } == sums(kpis) { cents($0["revenue"]) })
        let paidBack = kpis.reduce(0) { $0 + cents($1["revenue"]) - cents($1["net_revenue"]) }
        #expect(paidBack == orders.reduce(0) { $0 + cents($1["refunded"]) })
        #expect(paidBack > 0)
    }

    @Test("have an event of each order that is tracked, and of no other")
    func conversions() throws {
        let written = try WrittenWorld.mixModel.get()
        let orders = written.rows("truth/orders.csv").filter { $0["tracked"] == "1" }
        let events = good(written.rows("events.csv"))
        let conversions = events.filter { $0["event_type"] == "conversion" }
            .map { row in
                var row = row
                row["date"] = String(row.cell("timestamp").prefix(10))
                return row
            }
        #expect(sums(orders) { cents($0["value"]) } == sums(conversions) { cents($0["value"]) })
        #expect(
            Set(orders.map { $0.cell("order_id") }) == Set(conversions.map { $0.cell("order_id") })
        )
        #expect(Set(conversions.map { $0.cell("currency") }) == ["USD"])
        // What is paid back on a day that is not recorded is in the books alone.
        let refunds = events.filter { $0["event_type"] == "refund" }
        let refunded = Dictionary(
            uniqueKeysWithValues: orders.filter { !$0.cell("refunded").isEmpty }
                .map { ($0.cell("order_id"), $0.cell("refunded")) }
        )
        #expect(!refunds.isEmpty && refunds.count <= refunded.count)
        for row in refunds { #expect(refunded[row.cell("order_id")] == row["value"]) }
    }

    @Test("show the touch that an order was caused by, before it and of its channel")
    func causalTouches() throws {
        let written = try WrittenWorld.mixModel.get()
        let events = Dictionary(
            uniqueKeysWithValues: good(written.rows("events.csv")).map { ($0.cell("event_id"), $0) }
        )
        let orders = written.rows("truth/orders.csv").filter { !$0.cell("causal_event_id").isEmpty }
        var found = 0
        for order in orders {
            guard let touch = events[order.cell("causal_event_id")] else { continue }
            found += 1
            let bought = try #require(events[order.cell("order_id") + "-c"])
            #expect(touch.cell("timestamp") < bought.cell("timestamp"))
            #expect(order.cell("path").contains(order.cell("cause")))
            if touch["event_type"] == "impression" { #expect(touch["channel"] == order["cause"]) }
        }
        // Some lie before the first day that is recorded.
        #expect(Double(found) > 0.75 * Double(orders.count))
        let audio = orders.count { $0["cause"] == "audio" }
        #expect(audio == 0)
    }

    @Test("of affiliates have an action for orders of partners, and the same sums by day")
    func affiliates() throws {
        let written = try WrittenWorld.mixModel.get()
        let orders = Dictionary(
            uniqueKeysWithValues: written.rows("truth/orders.csv").map { ($0.cell("order_id"), $0) }
        )
        let partners = Dictionary(
            uniqueKeysWithValues: written.rows("affiliates/partners.csv").map {
                ($0.cell("Id"), $0)
            }
        )
        let actions = written.rows("affiliates/actions.csv")
        #expect(actions.count > 100)
        #expect(Set(actions.map { $0.cell("Oid") }).count == actions.count)
        for action in actions {
            let order = try #require(orders[action.cell("Oid")])
            let partner = try #require(partners[action.cell("MediaPartnerId")])
            #expect(order["tracked"] == "1" && order["value"] == action["Amount"])
            let isReversed = order["refunded"] == order["value"]
            #expect((action["State"] == "REVERSED") == isReversed)
            // A commission is in percent.
            let payout = Double(cents(order["value"])) * Double(cents(partner["Commission"])) / 1e4
            #expect(isReversed || abs(Double(cents(action["Payout"])) - payout) <= 0.5)
            if action["ReferringType"] == "PROMO_CODE" {
                #expect(action["PromoCode"] == partner["PromoCode"])
            }
        }
        let days = written.rows("affiliates/performance.csv")
        #expect(days.reduce(0) { $0 + (Int($1.cell("Actions")) ?? 0) } == actions.count)
        #expect(
            days.reduce(0) { $0 + cents($1["Total Cost"]) }
                == actions.reduce(0) { $0 + cents($1["Payout"]) }
        )
        let clicks = good(written.rows("events.csv")).count {
            partners.values.map { $0.cell("Website") + "/" }.contains($0.cell("referrer"))
        }
        // Some browsers keep the page before to themselves, and links are passed on.
        let told = days.reduce(0) { $0 + (Int($1.cell("Clicks")) ?? 0) }
        #expect(clicks <= told && Double(clicks) > 0.8 * Double(told))
    }

    @Test("of spend and outcomes give the table for a mix model")
    func panel() throws {
        let written = try WrittenWorld.mixModel.get()
        let weeks = written.rows("checks/panel.csv")
        #expect(weeks.count == written.world.scale.days / 7)
        let kpis = written.rows("kpi.csv")
        #expect(
            weeks.reduce(0) { $0 + cents($1["revenue"]) }
                == kpis.reduce(0) { $0 + cents($1["revenue"]) }
        )
        let spend = written.rows("spend.csv")
        for channel in written.world.channels {
            #expect(
                weeks.reduce(0) { $0 + cents($1["\(channel.slug)_spend"]) }
                    == spend.filter { $0["channel"] == channel.slug }
                    .reduce(0) { $0 + cents($1["spend"]) }
            )
        }
    }

    // MARK: Ingest

    /// Rows that are not spoilt, each once.
    private func good(_ rows: [[String: String]]) -> [[String: String]] {
        var seen: Set<String> = []
        return rows.filter {
            let id = $0.cell("event_id")
            return !id.hasSuffix("-bad") && seen.insert(id).inserted
        }
    }

    @Test("are taken for what they are without being told")
    func guesses() throws {
        let written = try WrittenWorld.mixModel.get()
        for (path, kind) in [
            ("events.csv", FileKind.events), ("spend.csv", .spend), ("kpi.csv", .kpi),
            ("covariates.csv", .covariates), ("holidays.csv", .holidays),
            ("checks/panel.csv", .mixModel),
        ] {
            let bytes = try #require(written.files[path])
            let guess = try FileGuess(start: bytes.rawBytes, isWhole: true)
            #expect(guess.plan.kind == kind, "\(path)")
            #expect(guess.findings.isEmpty, "\(path)")
            #expect(guess.isReadable)
            guard kind != .events else { continue }
            var reader = FileReader(guess.plan, now: Self.now)
            reader.append(bytes.rawBytes)
            reader.finish()
            var read = 0
            while case .row(let row) = try reader.next() {
                switch row.fate {
                case .read: read += 1
                case .passed: break
                case .rejected(let findings): Issue.record("\(path): \(findings)")
                }
            }
            #expect(read == written.written.first { $0.path == path }?.rows)
        }
    }

    @Test("have the bad rows that the truth counts, and no others", arguments: TableFormat.allCases)
    func badRows(_ format: TableFormat) throws {
        let written =
            format == .csv
            ? try WrittenWorld.mixModel.get()
            : try WrittenWorld(seed: 7, .mixModel, events: format)
        let bytes = try #require(written.files["events.\(format.rawValue)"])
        let counts = try #require(try written.truth("bad_rows") as? [String: Int])
        let guess = try FileGuess(start: bytes.rawBytes, isWhole: true)
        #expect(guess.plan.kind == .events)
        var reader = FileReader(guess.plan, now: Self.now)
        reader.append(bytes.rawBytes)
        reader.finish()
        var rules: [Finding.Rule: Int] = [:]
        var ids: [String: Int] = [:]
        while case .row(let row) = try reader.next() {
            switch row.fate {
            case .read(.event(let event)): ids[event.eventID ?? "", default: 0] += 1
            case .rejected(let findings): rules[findings[0].rule, default: 0] += 1
            default: break
            }
        }
        #expect(counts.count == 7 && counts.values.allSatisfy { $0 > 3 })
        #expect(ids.values.reduce(0) { $0 + $1 - 1 } == counts["duplicate"])
        #expect(ids.count == (try written.truth("events", "events") as? Int))
        #expect(rules[.required] == counts["no_person"])
        #expect(rules[.date] == counts["bad_time"])
        #expect(rules[.dateInFuture] == counts["far_future"])
        #expect(rules[.number] == counts["bad_value"])
        #expect(rules[.eventKind] == counts["unknown_kind"])
        #expect(rules[.currency] == counts["bad_currency"])
    }

    /// 2026-06-01T00:00:00Z in microseconds.
    private static let now = 1_780_272_000_000_000
}
