/// A reason to doubt draws, found after a run.
public enum SamplingWarning: Equatable, Sendable, CustomStringConvertible {
    /// So many kept draws diverged, more than the configuration tolerates.
    case divergences(Int)
    /// So many kept draws stopped at the greatest depth: each costs much and moves little.
    case depth(Int)
    /// R-hat of a parameter is above 1.01: chains disagree.
    case rHat(parameter: Int, Double)
    /// A parameter's bulk or tail draws are worth fewer than 100 independent ones a chain.
    case effectiveSize(parameter: Int, Double)
    /// The energy fraction of a chain is below 0.3: it hardly reaches the tails.
    case energy(chain: Int, Double)

    /// The warning in words.
    public var description: String {
        switch self {
        case .divergences(let count):
            "\(count) draws diverged: parts of the posterior may not have been reached"
        case .depth(let count): "\(count) draws stopped at the greatest depth"
        case .rHat(let parameter, let value):
            "the chains disagree about parameter \(parameter): R-hat is \(value)"
        case .effectiveSize(let parameter, let size):
            "the draws of parameter \(parameter) are worth \(Int(size)) independent ones"
        case .energy(let chain, let fraction):
            "the energies of chain \(chain) mix badly: their fraction is \(fraction)"
        }
    }
}

extension Posterior {
    /// What speaks against the draws; of parameters only the worst is named.
    ///
    /// Takes about a microsecond a draw and parameter.
    public var warnings: [SamplingWarning] {
        var warnings: [SamplingWarning] = []
        let all = Double(draws * chains.count)
        if Double(divergences) > configuration.toleratedDivergences * all {
            warnings.append(.divergences(divergences))
        }
        let depth = configuration.maximumDepth
        let stopped = chains.map { $0.transitions.count { $0.depth >= depth } }.reduce(0, +)
        if Double(stopped) > 0.01 * all { warnings.append(.depth(stopped)) }
        for (chain, fraction) in Diagnostics.energyFractions(energies).enumerated()
        where fraction < 0.3 {
            warnings.append(.energy(chain: chain, fraction))
        }
        return warnings + parameterWarnings()
    }

    private func parameterWarnings() -> [SamplingWarning] {
        var (worstRHat, worstSize) = ((parameter: 0, value: 1.0), (parameter: 0, value: 1e300))
        for parameter in 0..<dimension {
            let values = draws(of: parameter)
            let rHat = Diagnostics.rHat(values)
            // What cannot be told is no good sign; of one chain there is nothing to tell.
            let isUntold = rHat.isNaN && chains.count > 1
            if rHat > worstRHat.value || isUntold {
                worstRHat = (parameter, isUntold ? .infinity : rHat)
            }
            let (bulk, tail) = (Diagnostics.bulkESS(values), Diagnostics.tailESS(values))
            let size = bulk.isNaN || tail.isNaN ? 0 : min(bulk, tail)
            if size < worstSize.value { worstSize = (parameter, size) }
        }
        var warnings: [SamplingWarning] = []
        if worstRHat.value > 1.01 {
            warnings.append(.rHat(parameter: worstRHat.parameter, worstRHat.value))
        }
        let wanted = Double(max(1, min(100, draws / 4)) * chains.count)
        if worstSize.value < wanted {
            warnings.append(
                .effectiveSize(parameter: worstSize.parameter, worstSize.value)
            )
        }
        return warnings
    }
}
