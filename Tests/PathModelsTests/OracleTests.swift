import Foundation
import PathModels
import Testing

@Suite("Path models and the reference", .enabled(if: Oracle.isThere))
struct OracleTests {
    /// Compares a model's credit with numbers by name.
    private func expect(
        _ credit: Credit,
        of table: PathTable,
        equals truth: [String: Any],
        within tolerance: Double = 1e-9
    ) throws {
        for (kind, numbers) in [("conversions", credit.conversions), ("value", credit.value)] {
            let byName: [String: Double] = try Oracle.cast(truth[kind], kind)
            #expect(byName.count == numbers.count)
            for (name, number) in byName {
                let own = numbers[try table.number(name)]
                #expect(distance(own, number) < tolerance, "\(kind) of \(name)")
            }
        }
    }

    private static let transforms: [String: PathTransform] = [
        "unique": .unique, "exposure": .exposure, "first": .first,
        "remove_if_last_and_not_all(iota)": .removeIfLastAndNotAll("iota"),
        "remove_if_not_all(iota)": .removeIfNotAll("iota"),
    ]

    @Test("heuristic models give what the reference does, after each transform")
    func heuristics() throws {
        let results: [String: [String: Any]] = try Oracle.cast(
            Oracle.read("exact_heuristics")["results"],
            "results"
        )
        #expect(results.count == 14)
        for (name, truth) in results {
            let parts = name.split(separator: "|").map(String.init)
            let transform = try #require(Self.transforms[parts[0]])
            let table = try transform.apply(to: Oracle.journeys.get())
            let model = try ModelCatalogue.model(parts[1])
            try expect(model.credit(table), of: table, equals: truth)
        }
    }

    @Test("heuristic models give what ChannelAttribution does")
    func channelAttribution() throws {
        let table = try Oracle.journeys.get()
        let rows: [[String: Any]] = try Oracle.cast(
            Oracle.read("ca_heuristic_models")["result"],
            "result"
        )
        #expect(rows.count == table.channels.count)
        for model in ["first_touch", "last_touch", "linear_touch"] {
            let credit = try ModelCatalogue.model(model).credit(table)
            for row in rows {
                let channel = try table.number(Oracle.cast(row["channel_name"], "channel"))
                let conversions: Double = try Oracle.cast(row["\(model)_conversions"], model)
                let value: Double = try Oracle.cast(row["\(model)_value"], model)
                #expect(distance(credit.conversions[channel], conversions) < 1e-9)
                #expect(distance(credit.value[channel], value) < 1e-9)
            }
        }
    }

    @Test("heuristic models give what marketing_attribution_models does")
    func dp6() throws {
        let table = try Oracle.journeys.get()
        for (kind, numbers) in [("count", \Credit.conversions), ("value", \Credit.value)] {
            let models: [String: [String: Double]] = try Oracle.cast(
                Oracle.read("dp6_heuristics_\(kind)")["models"],
                "models"
            )
            #expect(models.count == 4)
            for (name, truth) in models {
                let credit = try ModelCatalogue.model(name).credit(table)[keyPath: numbers]
                for (channel, number) in truth {
                    #expect(distance(credit[try table.number(channel)], number) < 1e-9)
                }
            }
        }
    }

    @Test("counterfactual credit is the reference's, after each transform")
    func counterfactual() throws {
        let results: [String: [String: Any]] = try Oracle.cast(
            Oracle.read("exact_counterfactual")["results"],
            "results"
        )
        #expect(results.count == 3)
        for (name, truth) in results {
            let transform = try #require(Self.transforms[name])
            let table = try transform.apply(to: Oracle.journeys.get())
            #expect(table.count == truth["distinct_paths"] as? Int)
            try expect(Counterfactual().credit(table), of: table, equals: truth)
        }
    }

    @Test("the additive, the ordered and the rate game of Shapley are the reference's")
    func shapley() throws {
        let table = try Oracle.journeys.get()
        let games: [String: [String: Any]] = try Oracle.cast(
            Oracle.read("exact_shapley")["games"],
            "games"
        )
        let additive: [String: Any] = try Oracle.cast(games["additive_set"], "additive")
        try expect(OrderedShapley().credit(table), of: table, equals: additive)
        let positions = try OrderedShapley().positions(table).conversions
        let ordered: [String: [Double]] = try Oracle.cast(
            games["ordered"]?["conversions"],
            "ordered"
        )
        #expect(ordered.count == 12)
        for (name, truth) in ordered {
            let own = positions[try table.number(name)]
            for (position, number) in truth.enumerated() {
                #expect(distance(position < own.count ? own[position] : 0, number) < 1e-9)
            }
        }
        let gains: [String: Double] = try Oracle.cast(games["rate_set"]?["phi"], "phi")
        let sum: Double = try Oracle.cast(games["rate_set"]?["sum"], "sum")
        let credit = try Shapley().credit(table)
        #expect(credit.errors == nil)
        for (name, gain) in gains {
            let truth = gain / sum * Double(table.totalConversions)
            #expect(distance(credit.conversions[try table.number(name)], truth) < 1e-9)
        }
    }

    @Test("Markov chains of orders 1 to 3 are the reference's", arguments: 1...3, [true, false])
    func markov(order: Int, hasNulls: Bool) throws {
        let table = try Oracle.journeys.get()
        let file = "exact_markov_order\(order)_\(hasNulls ? "null" : "nonull")"
        let truth = try Oracle.read(file)
        let chain = try MarkovChain(table, order: order, hasNulls: hasNulls)
        // Without nulls the reference also counts the states of journeys that do not count.
        if hasNulls { #expect(chain.states.count == truth["n_states"] as? Int) }
        #expect(chain.transitionCount == truth["n_transitions"] as? Int)
        let probability: Double = try Oracle.cast(
            truth["base_conversion_probability"],
            "probability"
        )
        #expect(distance(chain.conversionProbability, probability) < 1e-12)
        try expect(table, chain, Oracle.cast(truth["channels"], "channels"))
        if let rows = truth["transition_matrix"] as? [[String: Any]] {
            try expect(chain, table, rows)
        }
    }

    @Test("Markov chains of orders 1 to 4 of 50,000 journeys are the reference's")
    func markovLarger() throws {
        let table = try Oracle.synthetic.get()
        let orders: [String: [String: Any]] = try Oracle.cast(
            Oracle.read("exact_markov_synthetic_50k")["orders"],
            "orders"
        )
        #expect(orders.count == 4)
        for (order, truth) in orders {
            let chain = try MarkovChain(table, order: #require(Int(order)))
            #expect(chain.states.count == truth["n_states"] as? Int)
            try expect(table, chain, Oracle.cast(truth["channels"], "channels"))
        }
    }

    private func expect(_ table: PathTable, _ chain: MarkovChain, _ rows: [[String: Any]]) throws {
        let effects = try chain.removalEffects(channels: table.channels.count)
        let model = try Markov(
            order: chain.order,
            hasNulls: chain.conversionProbability < 1
        )
        let credit = try model.credit(table)
        #expect(rows.count == table.channels.count)
        for row in rows {
            let channel = try table.number(Oracle.cast(row["channel"], "channel"))
            for (name, own) in [
                ("removal_effect_conversion", effects.conversions),
                ("removal_effect_value", effects.value),
                ("total_conversions", credit.conversions),
                ("total_conversion_value", credit.value),
            ] {
                let truth: Double = try Oracle.cast(row[name], name)
                #expect(distance(own[channel], truth) < 1e-9, "\(name), order \(chain.order)")
            }
        }
    }

    private func expect(
        _ chain: MarkovChain,
        _ table: PathTable,
        _ rows: [[String: Any]]
    ) throws {
        func label(_ place: MarkovTransition.Place) -> String {
            switch place {
            case .start: "(start)"
            case .state(let state): table.channels.names[Int(chain.states[state][0])]
            case .conversion: "(conversion)"
            case .null: "(null)"
            }
        }
        var own: [String: MarkovTransition] = [:]
        for transition in chain.transitions() {
            own[label(transition.source) + " " + label(transition.target)] = transition
        }
        #expect(own.count == rows.count)
        for row in rows {
            let source: String = try Oracle.cast(row["channel_from"], "from")
            let target: String = try Oracle.cast(row["channel_to"], "to")
            let transition = try #require(own[source + " " + target])
            #expect(transition.count == row["count"] as? Int)
            let probability: Double = try Oracle.cast(row["transition_probability"], "probability")
            #expect(distance(transition.probability, probability) < 1e-9)
        }
    }

    @Test("orders 1 to 6 have the penalised areas of ChannelAttribution")
    func orderByArea() throws {
        let table = try Oracle.journeys.get()
        let rows: [[String: Any]] = try Oracle.cast(
            Oracle.read("exact_choose_order")["rows"],
            "rows"
        )
        let scores = try OrderByAUC.scores(table)
        #expect(scores.map(\.order) == [1, 2, 3, 4, 5, 6])
        for (score, row) in zip(scores, rows) {
            let area: Double = try Oracle.cast(row["auc"], "auc")
            let penalised: Double = try Oracle.cast(row["pauc"], "pauc")
            let nodes: Double = try Oracle.cast(row["nnodes"], "nodes")
            #expect(distance(score.area, area) < 1e-9)
            #expect(distance(score.penalised, penalised) < 1e-9)
            #expect(distance(score.nodes, nodes) < 1e-9)
        }
        #expect(scores.max { $0.penalised < $1.penalised }?.order == 4)
    }
}
