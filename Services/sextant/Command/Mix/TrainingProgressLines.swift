internal import Messages

/// How far a training is, for people: a bar for each chain.
struct TrainingProgressLines {
    private static let width = 24

    /// The lines.
    ///
    /// - Parameter progress: how far chains are.
    /// - Returns: one for each chain, and one for all.
    static func bars(_ progress: MixModelV1.TrainingProgress) -> [String] {
        progress.chains.map { chain in
            let share = chain.draws > 0 ? Double(chain.draw) / Double(chain.draws) : 0
            let full = Int((share * Double(width)).rounded())
            let bar =
                String(repeating: "█", count: full) + String(repeating: "░", count: width - full)
            let stage = chain.isWarmup ? "warm-up" : "draws"
            let text = "chain \(chain.chain + 1)  \(bar)  \(Figures.percent(share))  \(stage)"
            return chain.divergences > 0 ? text + "  \(chain.divergences) diverged" : text
        } + [summary(progress)]
    }

    /// All chains in a line.
    ///
    /// - Parameter progress: how far they are.
    /// - Returns: the line.
    static func summary(_ progress: MixModelV1.TrainingProgress) -> String {
        var parts = [Figures.percent(progress.fraction)]
        if let rHat = progress.largestRHat { parts.append("R-hat \(Figures.thousandths(rHat))") }
        let divergences = progress.chains.map(\.divergences).reduce(0, +)
        parts.append("\(divergences) diverged")
        if progress.attempt > 1 { parts.append("again with smaller steps") }
        if let seconds = progress.remainingSeconds {
            parts.append("\(Int(seconds.rounded(.up))) s to go")
        }
        return parts.joined(separator: ", ")
    }
}
