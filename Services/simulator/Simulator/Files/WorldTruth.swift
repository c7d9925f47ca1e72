/// What is true of a world and the files that were written of it, as JSON.
///
/// Expected figures are what the formulae say; counted ones what came of chance beside.
struct WorldTruth {
    let world: World
    let outcomes: WorldOutcomes
    let tally: EventTally
    let credit: OrderCredit
    let roster: Roster

    /// All of it.
    var json: [UInt8] {
        var text = JSONText()
        text.object { text in
            writeWorld(&text)
            writeDemand(&text)
            text.array("channels") { text in
                for number in world.channels.indices { writeChannel(number, &text) }
            }
            writeContributions(&text)
            writeCredit(&text)
            writePlanted(&text)
            writeEvents(&text)
            writeAffiliates(&text)
            writeRoster(&text)
        }
        return text.bytes
    }

    private func writeWorld(_ text: inout JSONText) {
        text.text("seed", "\(world.seed)")
        text.text("forms", world.forms.rawValue)
        text.text("first_day", world.text(ofDay: 0))
        text.text("last_day", world.text(ofDay: world.scale.days - 1))
        text.number("days", world.scale.days)
        text.text("time_zone", "UTC")
        text.text("currency", World.currency)
        text.number("mean_order_value", world.meanOrderValue)
        text.number("orders", outcomes.orders.reduce(0, +))
        text.money("revenue", cents: outcomes.cents.reduce(0, +))
        text.money("refunds", cents: outcomes.refunds.reduce(0, +))
        text.object("tracked") { text in
            text.text("from", world.trackedFrom)
            text.number("share", world.scale.trackedShare)
            text.number("orders", outcomes.trackedOrders.reduce(0, +))
            text.money("revenue", cents: outcomes.trackedCents.reduce(0, +))
            text.number("orders_without_consent", credit.withoutConsent)
            text.number("consent_share", Person.consentShare)
        }
        text.array("geos") { text in
            for state in world.geos {
                text.object { text in
                    text.text("code", state.code)
                    text.text("name", state.name)
                    text.number("population", state.population)
                }
            }
        }
    }

    private func writeDemand(_ text: inout JSONText) {
        let parameters = world.demand.parameters
        text.object("demand") { text in
            text.number("trend", parameters.trend)
            text.numbers("season_sines", parameters.sines)
            text.numbers("season_cosines", parameters.cosines)
            text.numbers("weekdays", parameters.weekdays)
            text.number("promotion", parameters.promotion)
            text.number("price", parameters.price)
            text.number("holiday", parameters.holiday)
            text.number("day_noise", parameters.dayNoise)
            text.number("geo_noise", parameters.placeNoise)
            text.number("drift_memory", parameters.memory)
            text.number("drift_shock", parameters.shock)
        }
    }

    private func writeChannel(_ number: Int, _ text: inout JSONText) {
        let channel = world.channels[number]
        let truth = world.truth(ofChannel: number)
        text.object { text in
            text.text("channel", channel.slug)
            text.object("carry_over") { text in
                switch channel.carryOver {
                case .geometric(let share):
                    text.text("form", "geometric")
                    text.number("share", share)
                case .gamma(let scale):
                    text.text("form", "gamma")
                    text.number("scale", scale)
                }
                text.numbers("weights", channel.carryOver.weights)
            }
            text.object("levelling_off") { text in
                switch channel.levellingOff {
                case .logistic(let rate):
                    text.text("form", "logistic")
                    text.number("rate", rate)
                case .logarithmic(let scale):
                    text.text("form", "logarithmic")
                    text.number("scale", scale)
                }
                text.number("unit_per_head", world.effects.plan.references[number] / 100)
                text.number("orders_per_day", world.effects.coefficients[number])
            }
            text.number("spend", truth.spend)
            text.number("expected_orders", truth.orders)
            text.number("expected_revenue", truth.revenue)
            text.number("return_on_spend", truth.returnOnSpend)
            text.number("marginal_return", truth.marginalReturn)
        }
    }

    // MARK: Contributions

    private func writeContributions(_ text: inout JSONText) {
        let weeks = (world.scale.days + 6) / 7
        text.object("contributions") { text in
            text.texts("weeks_from", (0..<weeks).map { world.text(ofDay: 7 * $0) })
            text.object("expected_orders") { text in
                for (name, orders) in zip(world.causeNames, world.expectedWeeks()) {
                    text.numbers(name, orders)
                }
            }
        }
    }

    private func writeCredit(_ text: inout JSONText) {
        text.array("causes") { text in
            for (name, count) in zip(world.causeNames, credit.counts) {
                text.object { text in
                    text.text("cause", name)
                    text.number("orders", count.orders)
                    text.money("revenue", cents: count.cents)
                    text.number("tracked_orders", count.trackedOrders)
                    text.money("tracked_revenue", cents: count.trackedCents)
                    text.number("visible_orders", count.visibleOrders)
                    text.money("visible_revenue", cents: count.visibleCents)
                }
            }
        }
    }
}

extension World {
    /// The first day that events are of; empty if there are none.
    fileprivate var trackedFrom: String {
        scale.trackedDays > 0 ? text(ofDay: scale.days - scale.trackedDays) : ""
    }
}
