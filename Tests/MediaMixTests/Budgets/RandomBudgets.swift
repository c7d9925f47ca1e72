import Foundation
import MediaMix
import Numerics

/// Responses and requests made by chance.
struct RandomBudgets {
    var random: RandomStream

    init(seed: UInt64) { random = RandomStream(seed: seed, stream: 1) }

    /// Lines of a kind of saturation with parameters around those of a typical channel.
    mutating func response(
        _ saturations: [Saturation],
        slope: Double = 1,
        draws: Int = 30,
        periods: Int = 6
    ) throws(BudgetRefusal) -> CarryOverResponse {
        let lines = saturations.map { saturation in
            let size = 0.5 + random.uniform()
            let strength = 0.5 + 2 * random.uniform()
            return PlainLine(
                adstock: Adstock(kind: .geometric, lags: 4),
                saturation: saturation,
                spendScale: 100 * (0.5 + random.uniform()),
                adstockParameters: (0..<draws).map { _ in 0.2 + 0.5 * random.uniform() },
                saturationParameters: (0..<draws).flatMap { _ in
                    let typical = size * (0.8 + 0.4 * random.uniform())
                    switch saturation {
                    case .none: return [Double]()
                    case .logistic: return [2 * typical]
                    case .hill: return [slope, typical]
                    case .tanh, .michaelisMenten: return [typical]
                    case .root: return [0.3 + 0.4 * random.uniform()]
                    }
                },
                coefficients: (0..<draws).map { _ in strength * (0.6 + 0.8 * random.uniform()) }
            )
        }
        return try CarryOverResponse(
            plain: lines,
            periods: periods,
            periodsAfter: 4,
            outcomeScale: 1000
        )
    }

    /// Seeds: a few, or as many as the long form asks for.
    static func seeds(_ few: Int, long: Int) -> ClosedRange<Int> {
        1...(ProcessInfo.processInfo.environment["SEXTANT_LONG"] == "1" ? long : few)
    }

    static func names(_ count: Int) -> [String] { (0..<count).map { "channel \($0)" } }

    /// A request without limits, for an amount per period.
    static func request(_ response: CarryOverResponse, budget: Double) -> BudgetRequest {
        BudgetRequest(
            lines: names(response.lines).map {
                BudgetLine(
                    name: $0,
                    current: Array(
                        repeating: budget / Double(response.lines),
                        count: response.periods
                    )
                )
            },
            unit: .perPeriod,
            goal: .budget(budget)
        )
    }
}

/// A medium of which a scale of spend is 1, in one place, before which there was nothing.
struct PlainLine {
    var adstock: Adstock
    var saturation: Saturation
    var order = ChannelConfiguration.Order.adstockFirst
    var spendScale: Double
    var adstockParameters: [Double]
    var saturationParameters: [Double]
    var coefficients: [Double]
    var before: [Double] = []

    func part(
        _ name: String,
        outcomeScale: Double
    ) throws(BudgetRefusal) -> CarryOverResponse.Part {
        var configuration = ChannelConfiguration()
        configuration.adstock = adstock
        configuration.saturation = saturation
        configuration.order = order
        return try CarryOverResponse.Part(
            CarryOverResponse.Medium(
                name,
                configuration,
                draws: coefficients.count,
                adstockParameters: adstockParameters,
                saturationParameters: saturationParameters
            ),
            amountPerMoney: 1 / spendScale,
            before: before.map { $0 / spendScale },
            coefficients: coefficients.map { $0 * outcomeScale }
        )
    }
}

extension CarryOverResponse {
    init(
        plain lines: [PlainLine],
        periods: Int,
        periodsAfter: Int,
        outcomeScale: Double
    ) throws(BudgetRefusal) {
        var parts: [[Part]] = []
        for (index, line) in lines.enumerated() {
            parts.append([try line.part("channel \(index)", outcomeScale: outcomeScale)])
        }
        self.init(lines: parts, periods: periods, periodsAfter: periodsAfter)
    }

    /// The outcomes of a plan as an array.
    func outcomes(_ plan: [Double]) -> [Double] {
        var outcomes = [Double](repeating: .nan, count: draws)
        var span = outcomes.mutableSpan
        self.outcomes(of: plan.span, into: &span)
        return outcomes
    }

    /// The mean outcome of constant spend on each line.
    func mean(constant spend: [Double]) -> Double {
        let outcomes = outcomes(spend.flatMap { Array(repeating: $0, count: periods) })
        return outcomes.reduce(0, +) / Double(draws)
    }
}
