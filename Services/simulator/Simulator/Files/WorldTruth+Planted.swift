extension WorldTruth {
    /// Writes what was put into the world for someone to find.
    func writePlanted(_ text: inout JSONText) {
        text.array("anomalies") { text in
            for anomaly in world.planted.anomalies {
                text.object { text in
                    text.text("kind", anomaly.kind.rawValue)
                    writeDays(anomaly.days, &text)
                    text.number("factor", anomaly.factor)
                    if let channel = anomaly.channel {
                        text.text("channel", world.channels[channel].slug)
                    }
                }
            }
        }
        text.array("geo_tests") { text in
            for test in world.planted.geoTests {
                let truth = world.truth(of: test)
                text.object { text in
                    text.text("name", test.name)
                    text.text("channel", world.channels[test.channel].slug)
                    writeDays(test.days, &text)
                    text.texts("treated", test.treated.map { world.geos[$0].code })
                    text.number("factor", test.factor)
                    text.number("spend_delta", truth.spendDelta)
                    text.number("orders", truth.orders)
                    text.number("orders_in_all", truth.ordersInAll)
                    text.number("revenue_in_all", truth.ordersInAll * world.meanOrderValue)
                }
            }
        }
        guard let holdout = world.planted.holdout else { return }
        text.object("holdout") { text in
            text.text("name", holdout.name)
            text.text("channel", "email")
            writeDays(holdout.days, &text)
            text.number("control_share", holdout.controlShare)
            text.number("expected_email_orders", expectedEmailOrders(on: holdout.days))
            text.number("tracked_orders_email", credit.holdoutOrders.email)
            text.number("tracked_orders_control", credit.holdoutOrders.control)
        }
    }

    /// How many orders email is expected to cause of those who get it.
    private func expectedEmailOrders(on days: Range<Int>) -> Double {
        world.geos.indices.reduce(0) { sum, geo in
            sum
                + days.reduce(0) { part, day in
                    let rate = world.book.rates(geo: geo, day: day)[1]
                    return part + world.book.expectedEmail(rate, day: day)
                }
        }
    }

    private func writeDays(_ days: Range<Int>, _ text: inout JSONText) {
        text.text("first_day", world.text(ofDay: days.lowerBound))
        text.text("last_day", world.text(ofDay: days.upperBound - 1))
    }

    // MARK: Counts

    /// Writes how many events there are, and what is wrong with some.
    func writeEvents(_ text: inout JSONText) {
        text.object("events") { text in
            text.number("events", tally.events)
            for kind in SimulatedEvent.Kind.allCases {
                text.number(kind.rawValue, tally.kinds[kind] ?? 0)
            }
            text.object("touches") { text in
                for (channel, count) in tally.channels.sorted(by: { $0.key < $1.key }) {
                    text.number(channel, count)
                }
            }
            text.object("mishaps") { text in
                for (_, name) in EventTally.mishapNames {
                    text.number(name, tally.mishaps[name] ?? 0)
                }
            }
        }
        text.object("bad_rows") { text in
            for fault in EventRows.Fault.allCases {
                text.number(fault.rawValue, tally.faults[fault] ?? 0)
            }
        }
    }

    /// Writes what partners brought.
    func writeAffiliates(_ text: inout JSONText) {
        text.array("partners") { text in
            for (partner, count) in zip(world.partners, credit.partners) {
                text.object { text in
                    text.number("id", partner.id)
                    text.text("name", partner.name)
                    text.text("domain", partner.domain)
                    text.text("promo_code", partner.promoCode)
                    text.number("actions", count.actions)
                    text.money("revenue", cents: count.cents)
                    text.money("payout", cents: count.payout)
                    text.number("caused_actions", count.causedOrders)
                }
            }
        }
    }

    /// Writes what the portfolio adds up to.
    func writeRoster(_ text: inout JSONText) {
        let known = Set(roster.campaigns.map(\.id))
        let matched = roster.health.filter { known.contains($0.campaign) }
        text.object("roster") { text in
            text.number("campaigns", roster.campaigns.count)
            text.number("advertisers", Set(roster.campaigns.map(\.advertiser)).count)
            text.number("products", Set(roster.campaigns.map(\.product)).count)
            text.number("health_rows", roster.health.count)
            text.number("health_matched", matched.count)
            text.money("budget", cents: roster.health.reduce(0) { $0 + $1.budgetCents })
            text.money("budget_matched", cents: matched.reduce(0) { $0 + $1.budgetCents })
        }
    }
}
