import Foundation
import MediaMix
import Panels
import TestKit
import Testing

/// The results of the published quickstart, by its 400 saved draws.
@Suite(.enabled(if: Reference.folder != nil, "no reference data"))
struct QuickstartResultTests {
    private struct Published: Decodable {
        struct Summary: Decodable {
            let mean, q05, q50, q95: Double
        }
        struct Channel: Decodable {
            let total_contribution, roas: Summary
        }
        let derived_on_draws400: [String: Channel]
    }

    private func draws() throws -> [[String: Double]] {
        let table = try Table("reference/mmm/pymc_mmm_example_draws400.csv")
        let model = try MediaMixModel(try ReferencePanels.quickstart(), .pymcQuickstart)
        let columns = try model.parameterNames.map { ($0, try table.numbers($0)) }
        return (0..<400).map { draw in
            Dictionary(uniqueKeysWithValues: columns.map { ($0.0, $0.1[draw]) })
        }
    }

    private func fit() throws -> MixFit {
        let model = try MediaMixModel(try ReferencePanels.quickstart(), .pymcQuickstart)
        return try MixFit.placed(model, [try draws()])
    }

    @Test("contributions and returns are the published ones")
    func published() throws {
        let folder = try #require(Reference.folder)
        let file = folder.appendingPathComponent("reference/mmm/pymc_mmm_example.json")
        let published = try JSONDecoder().decode(Published.self, from: Data(contentsOf: file))
            .derived_on_draws400
        let fit = try fit()
        let returns = try ChannelReturns(fit.model, fit.sample(most: 400), level: 0.9).all
        for channel in returns {
            let own = try #require(published[channel.name])
            let pairs = [
                (channel.contribution, own.total_contribution),
                (try #require(channel.roi), own.roas),
            ]
            for (estimate, summary) in pairs {
                // Draws were saved with twelve digits.
                for (one, other) in [
                    (estimate.mean, summary.mean), (estimate.median, summary.q50),
                    (estimate.lower, summary.q05), (estimate.upper, summary.q95),
                ] {
                    #expect(abs(one - other) < 1e-9 * other, "\(channel.name): \(one), \(other)")
                }
            }
        }
    }

    /// What a channel adds with its spend multiplied, written out.
    private func added(
        _ channel: String,
        _ draw: [String: Double],
        _ spend: [Double],
        times multiplier: Double
    ) -> [Double] {
        func parameter(_ name: String) -> Double { draw["\(name)[\(channel)]"] ?? .nan }
        let weights = (0..<8).map { pow(parameter("adstock_alpha"), Double($0)) }
        let (sum, largest) = (weights.reduce(0, +), spend.max() ?? 1)
        return spend.indices.map { week in
            let carried = (0...min(7, week)).reduce(0) {
                $0 + weights[$1] / sum * multiplier * spend[week - $1] / largest
            }
            return parameter("saturation_beta") * tanh(0.5 * parameter("saturation_lam") * carried)
                * 8312.407544391639
        }
    }

    @Test("curves, marginal returns and what carries over are their formulas")
    func formulas() throws {
        let (fit, draws) = (try fit(), try draws())
        let sample = fit.sample(most: 40)
        let used = (0..<40).map { draws[(2 * $0 + 1) * 400 / 80] }
        let returns = try ChannelReturns(fit.model, sample, level: 0.9).all
        let curves = try ResponseCurve.all(fit.model, sample, level: 0.9)
        let carry = try CarryOver.all(fit.model, sample, level: 0.9)
        for (index, channel) in fit.model.panel.channels.enumerated() {
            func mean(_ value: ([String: Double]) -> Double) -> Double {
                used.reduce(0) { $0 + value($1) } / 40
            }
            func total(_ draw: [String: Double], _ multiplier: Double) -> Double {
                added(channel.name, draw, channel.spend, times: multiplier).reduce(0, +)
            }
            let spent = channel.spend.reduce(0, +)
            let marginal = mean { (total($0, 1.01) - total($0, 1)) / (0.01 * spent) }
            let own = try #require(returns[index].marginalROI)
            #expect(abs(own.mean - marginal) < 1e-7 * marginal)
            for point in curves[index].points {
                let value = mean { total($0, point.multiplier) }
                #expect(abs(point.contribution.mean - value) <= 1e-9 * value)
                let cost = try #require(point.spend)
                #expect(abs(cost - point.multiplier * spent) < 1e-9 * spent)
            }
            let alpha = { (draw: [String: Double]) in draw["adstock_alpha[\(channel.name)]"] ?? 0 }
            for lag in 0..<8 {
                let weight = mean {
                    pow(alpha($0), Double(lag)) * (1 - alpha($0)) / (1 - pow(alpha($0), 8))
                }
                #expect(abs(carry[index].decay[lag].mean - weight) < 1e-12)
            }
            let (atOnce, later) = (carry[index].immediate.mean, carry[index].carriedOver.mean)
            #expect(abs(atOnce + later - 1) < 1e-12)
            #expect(atOnce > 0.5 && atOnce < 1)
        }
    }
}
