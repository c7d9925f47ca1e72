import Foundation
import Numerics
import Testing

@testable import PathModels

@Suite("Likelihoods of orders")
struct LikelihoodTests {
    /// One journey's steps as words, ends among them, and its fold.
    private typealias Journey = (steps: [String], fold: Int)

    @Test("are those of all journeys counted anew for each", arguments: [1, 2] as [UInt64])
    func slow(seed: UInt64) throws {
        let rows = RandomTables.rows(seed: seed, count: 80, channels: 4, longest: 8)
        let table = try RandomTables.table(rows)
        let journeys = Self.journeys(table)
        let scores = try OrderByLikelihood.scores(table, orders: 1...6)
        let outcomes = Double(table.channels.count + 2)
        for (order, score) in zip(1...6, scores) {
            var sum = 0.0
            for fold in 0..<OrderByLikelihood.folds {
                let others = journeys.filter { $0.fold != fold }
                let counts = (0...order).map { Self.counts(others, order: $0) }
                for journey in journeys where journey.fold == fold {
                    for place in journey.steps.indices {
                        var probability = 1 / outcomes
                        for lower in 0...order {
                            let before = Self.before(journey.steps, place, lower)
                            let all = counts[lower][before, default: 0]
                            let step = ["step"] + before + [journey.steps[place]]
                            let own = counts[lower][step, default: 0]
                            probability =
                                (own + OrderByLikelihood.prior * probability)
                                / (all + OrderByLikelihood.prior)
                        }
                        sum += log(probability)
                    }
                }
            }
            let mean = sum / Double(journeys.count)
            #expect(abs(score.logLikelihood - mean) < 1e-10, "order \(order)")
        }
    }

    /// How often each window of an order came before a step, and with it.
    private static func counts(_ journeys: [Journey], order: Int) -> [[String]: Double] {
        var counts: [[String]: Double] = [:]
        for journey in journeys {
            for place in journey.steps.indices {
                let before = before(journey.steps, place, order)
                counts[before, default: 0] += 1
                counts[["step"] + before + [journey.steps[place]], default: 0] += 1
            }
        }
        return counts
    }

    /// The last so many steps before one, with a word in front that no step is.
    private static func before(_ steps: [String], _ place: Int, _ order: Int) -> [String] {
        ["before"] + steps[max(0, place - order)..<place]
    }

    /// Each journey of a table, dealt to its fold one by one.
    private static func journeys(_ table: PathTable) -> [Journey] {
        let identity = PathIdentity(table.channels)
        return (0..<table.count).flatMap { path in
            var random = RandomStream(seed: 0, stream: identity.hash(table.path(path)))
            var left = ["converts": table.conversions[path], "ends": table.nulls[path]]
            return (0..<OrderByLikelihood.folds).flatMap { fold in
                ["converts", "ends"].flatMap { end in
                    let share = 1 / Double(OrderByLikelihood.folds - fold)
                    let all = left[end] ?? 0
                    let count =
                        share == 1 ? all : (0..<all).count { _ in random.uniform() < share }
                    left[end] = all - count
                    let steps = table.rows[path].path + [end]
                    return Array(repeating: (steps: steps, fold: fold), count: count)
                }
            }
        }
    }
}
