public import Numerics
internal import Panels

/// Whether draws can be trusted, and what to do if not, in words.
///
/// Parameters are looked at by the names that they have in draws, those of geos among them.
/// Thresholds of warnings are those of Vehtari and others (2021) and Betancourt (2016); those of
/// failures are where means and intervals are wrong by about as much as they are wide.
public struct MixConvergence: Sendable {
    /// The largest R-hat of any parameter.
    public private(set) var largestRHat = 1.0
    /// The least effective number of draws of any parameter's centre.
    public private(set) var leastBulkESS = Double.infinity
    /// The same of tails.
    public private(set) var leastTailESS = Double.infinity
    /// The least energy fraction of a chain.
    public let leastEnergyFraction: Double
    /// How many kept draws diverged.
    public let divergences: Int
    /// What speaks against the draws, the weightiest first, at most ``most``.
    public private(set) var findings: [Finding] = []

    /// How many findings there are at most.
    public static let most = 20

    /// What is looked at; the raw value names it.
    public enum Measure: String, Sendable, CaseIterable {
        /// Whether chains agree.
        case rHat = "r_hat"
        /// How many independent draws the centre is worth.
        case bulkESS = "bulk_ess"
        /// How many independent draws the tails are worth.
        case tailESS = "tail_ess"
        /// How many draws went wrong.
        case divergences
        /// Whether chains reach tails.
        case energy
    }

    /// Something that speaks against draws.
    public struct Finding: Sendable, Equatable {
        /// Whether it is reason enough not to use the model.
        public let isFailure: Bool
        /// What was looked at.
        public let measure: Measure
        /// The parameter it is about; nil if it is about none alone.
        public let parameter: String?
        /// The place that the parameter is of; nil if it is of none alone.
        public let geo: String?
        /// What was found.
        public let value: Double
        /// What it should have been at most, or at least.
        public let limit: Double
        /// What is wrong, in a sentence with the numbers.
        public let problem: String
        /// What to do about it, in a sentence.
        public let remedy: String

        /// How bad it is: from 1 on.
        fileprivate let weight: Double
    }

    /// Looks at draws.
    ///
    /// - Parameters:
    ///   - fit: the model with its draws.
    ///   - traces: how its chains came to them, in the order of the draws.
    public init(_ fit: MixFit, _ traces: [ChainTrace]) {
        divergences = traces.map(\.divergences).reduce(0, +)
        let energies = traces.map { $0.transitions.map(\.energy) }
        leastEnergyFraction = Diagnostics.energyFractions(energies).min() ?? .nan
        checkDivergences(of: fit.draws.count * fit.draws.chains.count)
        checkEnergies()
        checkParameters(fit)
        findings.sort { one, other in
            one.isFailure == other.isFailure ? one.weight > other.weight : one.isFailure
        }
        findings = Array(findings.prefix(Self.most))
    }

    /// Whether the model cannot be used.
    public var isFailure: Bool { findings.contains(where: \.isFailure) }

    /// All in a sentence or two.
    public var verdict: String {
        guard let first = findings.first else {
            return "the chains agree: R-hat is at most \(Figures.text(largestRHat, digits: 3)), and"
                + " all draws are worth at least \(Figures.text(leastESS, digits: 0)) independent"
                + " ones"
        }
        let start = isFailure ? "the model cannot be trusted" : "the model can be used with care"
        let rest = findings.count == 1 ? "" : " (and \(findings.count - 1) more findings)"
        return "\(start): \(first.problem)\(rest); \(first.remedy)"
    }

    private var leastESS: Double { min(leastBulkESS, leastTailESS) }

    // MARK: The whole run

    private static let energyLimits = (warns: 0.3, fails: 0.1)
    static let divergenceLimits = (warns: 0.001, fails: 0.05)

    private mutating func checkEnergies() {
        guard !(leastEnergyFraction >= Self.energyLimits.warns) else { return }
        findings.append(
            Finding(
                isFailure: !(leastEnergyFraction >= Self.energyLimits.fails),
                measure: .energy,
                parameter: nil,
                geo: nil,
                value: leastEnergyFraction,
                limit: Self.energyLimits.warns,
                problem: "a chain hardly reaches the tails: its energy fraction is"
                    + " \(Figures.text(leastEnergyFraction, digits: 2)), and should be 0.3 or more",
                remedy: "give tighter priors, or fix what the data cannot tell",
                weight: Self.energyLimits.warns / leastEnergyFraction
            )
        )
    }

    private mutating func checkDivergences(of draws: Int) {
        let share = Double(divergences) / Double(draws)
        guard share > Self.divergenceLimits.warns else { return }
        findings.append(
            Finding(
                isFailure: share > Self.divergenceLimits.fails,
                measure: .divergences,
                parameter: nil,
                geo: nil,
                value: Double(divergences),
                limit: Self.divergenceLimits.warns * Double(draws),
                problem: "\(divergences) of \(draws) draws diverged: part of the posterior was not"
                    + " reached",
                remedy: "raise target_acceptance to 0.95 or 0.99, or give tighter priors",
                weight: share / Self.divergenceLimits.warns
            )
        )
    }

    // MARK: Parameters

    static let rHatLimits = (warns: 1.01, fails: 1.1)
    /// Independent draws a chain.
    static let sizeLimits = (warns: 100.0, fails: 10.0)

    private mutating func checkParameters(_ fit: MixFit) {
        fit.forEachParameter { check($0, $1, in: fit.model.panel) }
    }

    private mutating func check(_ name: String, _ chains: [[Double]], in panel: Panel) {
        // What is fixed is not sampled, and always the same.
        guard let first = chains.first?.first,
            !chains.allSatisfy({ $0.allSatisfy { $0 == first } })
        else { return }
        let rHat = Diagnostics.rHat(chains)
        let (bulk, tail) = (Diagnostics.bulkESS(chains), Diagnostics.tailESS(chains))
        largestRHat = rHat.isNaN ? .nan : max(largestRHat, rHat)
        leastBulkESS = bulk.isNaN ? .nan : min(leastBulkESS, bulk)
        leastTailESS = tail.isNaN ? .nan : min(leastTailESS, tail)
        let geo = panel.geo(ofParameter: name)
        if !(rHat <= Self.rHatLimits.warns) { findings.append(disagreement(name, geo, rHat)) }
        // Draws of chains that are in different places are worth little for that alone.
        guard rHat <= Self.rHatLimits.fails else { return }
        let count = Double(chains.count)
        for (measure, value) in [(Measure.bulkESS, bulk), (.tailESS, tail)]
        where !(value >= Self.sizeLimits.warns * count) {
            findings.append(shortage(name, geo, measure, value, chains: count))
        }
    }

    private func disagreement(_ name: String, _ geo: String?, _ rHat: Double) -> Finding {
        Finding(
            isFailure: !(rHat <= Self.rHatLimits.fails),
            measure: .rHat,
            parameter: name,
            geo: geo,
            value: rHat,
            limit: Self.rHatLimits.warns,
            problem: "the chains disagree about \(name): R-hat is"
                + " \(Figures.text(rHat, digits: 3)), and should be at most 1.01",
            remedy: "ask for more warm-up and draws; if that does not help, give \(name) a tighter"
                + " prior, or leave out what the data cannot tell apart",
            weight: rHat.isNaN ? .infinity : 1 + (rHat - 1) / (Self.rHatLimits.warns - 1)
        )
    }

    private func shortage(
        _ name: String,
        _ geo: String?,
        _ measure: Measure,
        _ value: Double,
        chains: Double
    ) -> Finding {
        let part = measure == .bulkESS ? "the centre" : "the tails"
        let wanted = Self.sizeLimits.warns * chains
        return Finding(
            isFailure: !(value >= Self.sizeLimits.fails * chains),
            measure: measure,
            parameter: name,
            geo: geo,
            value: value,
            limit: wanted,
            problem: "of \(name), the draws of \(part) are worth \(Figures.text(value, digits: 0))"
                + " independent ones, and should be worth \(Figures.text(wanted, digits: 0))",
            remedy: "ask for more draws of each chain",
            weight: value.isNaN ? .infinity : wanted / max(value, 1)
        )
    }
}

extension Panel {
    /// The place that a parameter is of, by its name; nil if it is of none alone.
    fileprivate func geo(ofParameter name: String) -> String? {
        let kinds = ["tau_g", "beta_gm", "beta_gm_dev", "gamma_gc_dev", "y_sigma"]
        guard geos.count > 1, let start = name.firstIndex(of: "["), name.last == "]",
            kinds.contains(String(name[..<start]))
        else { return nil }
        let labels = name[name.index(after: start)...].dropLast()
        return geos.map(\.name).first { geo in
            labels == geo || labels.hasPrefix(geo + ", ") || labels.hasSuffix(", " + geo)
        }
    }
}

/// Numbers as sentences have them.
private enum Figures {
    static func text(_ value: Double, digits: Int) -> String {
        guard value.isFinite, value.magnitude < 1e15 else { return "\(value)" }
        guard digits > 0 else { return "\(Int(value.rounded(.down)))" }
        var unit = 1
        for _ in 0..<digits { unit *= 10 }
        let scaled = Int((value * Double(unit)).rounded())
        let rest = String(scaled.magnitude % UInt(unit))
        let zeros = String(repeating: "0", count: digits - rest.count)
        return (scaled < 0 ? "-" : "") + "\(scaled.magnitude / UInt(unit)).\(zeros)\(rest)"
    }
}
