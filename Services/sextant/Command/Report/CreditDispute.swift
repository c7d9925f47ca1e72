internal import Messages

/// A channel whose credit by attribution is not what it caused.
struct CreditDispute {
    let channel: String
    /// The least and the most share of conversions that any model of attribution gives it.
    let credited: ClosedRange<Double>
    /// The share that it caused: a point if it is known, an interval if a mix model says so.
    let caused: ClosedRange<Double>

    /// Shares that differ by less are not worth words.
    private static let least = 0.02

    /// Finds the channels whose credit and effect have no point in common.
    ///
    /// - Parameters:
    ///   - credit: what models of attribution say of journeys' channels; one that they do not
    ///     know gets nothing.
    ///   - caused: the share of the outcome that channels caused.
    /// - Returns: the channels, those with the largest difference first.
    static func find(
        _ credit: ModelShares,
        _ caused: [String: ClosedRange<Double>]
    ) -> [CreditDispute] {
        let disputes = caused.map { channel, caused in
            CreditDispute(
                channel: channel,
                credited: credit.range(of: channel),
                caused: caused
            )
        }
        return disputes.filter { $0.distance > least }
            .sorted { ($1.distance, $0.channel) < ($0.distance, $1.channel) }
    }

    /// What lies between both; 0 if they overlap.
    private var distance: Double {
        max(0, credited.lowerBound - caused.upperBound, caused.lowerBound - credited.upperBound)
    }

    /// What is said of it.
    ///
    /// - Parameter source: who says what was caused, as `the mix model says`.
    /// - Returns: a sentence.
    func words(by source: String) -> String {
        let (credit, effect) = (Self.text(credited), Self.text(caused))
        if credited.upperBound == 0 {
            return "\(channel) leaves no trace in journeys and gets no credit; \(source) it caused "
                + "\(effect)"
        }
        if credited.lowerBound > caused.upperBound {
            return "\(channel) gets \(credit) by attribution, and \(source) it caused \(effect): "
                + "it is there when people would have bought anyway"
        }
        return "\(channel) gets \(credit) by attribution, and \(source) it caused \(effect): "
            + "much of what it does is not followed by a visit"
    }

    private static func text(_ shares: ClosedRange<Double>) -> String {
        let (lower, upper) = (
            Figures.percent(shares.lowerBound), Figures.percent(shares.upperBound)
        )
        return lower == upper ? lower : "\(lower) to \(upper)"
    }
}
