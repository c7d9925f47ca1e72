internal import Messages

/// How models share conversions out among channels.
struct ModelShares {
    let models: [String]
    let channels: [String]
    /// By model and channel.
    private let shares: [[Double]]

    init(_ run: AttributionV1.ModelRun) {
        models = run.models.map(\.model)
        let channels = run.models.first?.channels.map(\.channel) ?? []
        self.channels = channels
        shares = run.models.map { model in
            let own = Dictionary(model.channels.map { ($0.channel, $0.conversionShare) }) { $1 }
            return channels.map { own[$0] ?? 0 }
        }
    }

    /// The shares of a channel in percent, as cells; nothing for one that models do not know.
    func cells(of channel: String) -> [String] {
        guard let place = channels.firstIndex(of: channel) else { return models.map { _ in "" } }
        return shares.map { Figures.percent($0[place]) }
    }

    /// The least and the most that any model gives a channel; 0 for one that they do not know.
    ///
    /// Models that take credit away from a channel are left out, if there are others: they compare
    /// journeys, and share nothing out.
    func range(of channel: String) -> ClosedRange<Double> {
        guard let place = channels.firstIndex(of: channel) else { return 0...0 }
        let dividing = shares.filter { $0.allSatisfy { $0 > -1e-9 } }
        let given = (dividing.isEmpty ? shares : dividing).map { $0[place] }
        return (given.min() ?? 0)...(given.max() ?? 0)
    }

    /// A line for each channel.
    var csv: String {
        let rows = channels.indices.map { channel in
            [channels[channel]] + shares.map { "\($0[channel])" }
        }
        return TextTable.csv([["channel"] + models] + rows)
    }

    /// Shares in percent, how much models disagree, and which two of them most.
    func text(_ disagreement: Double) -> String {
        let rows = channels.map { [$0] + cells(of: $0) }
        var text = TextTable.text([["channel"] + models] + rows)
        text += "\n\ndisagreement \(Figures.percent(disagreement))"
        var most: (distance: Double, pair: String)?
        for (index, one) in shares.enumerated() {
            for (other, numbers) in shares[..<index].enumerated() {
                let distance = zip(one, numbers).reduce(0) { $0 + abs($1.0 - $1.1) } / 2
                guard distance > most?.distance ?? 0 else { continue }
                most = (distance, "\(models[other]) and \(models[index])")
            }
        }
        guard let most else { return text }
        return text + "; most between \(most.pair): \(Figures.percent(most.distance))"
    }
}
