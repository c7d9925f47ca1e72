internal import Numerics
import Panels

/// Something of a panel that acts as a medium does, paid or not.
struct Medium: Sendable {
    let name: String
    /// How much of it there was, `[geos * periods]`, in its own units.
    let amount: [Double]
    /// How often each of those saw it who did, where the amount is how many that were.
    let frequency: [Double]?
    /// What it cost, `[geos * periods]`; nil if nothing.
    let spend: [Double]?
    let configuration: ChannelConfiguration

    /// The media of a panel: channels, then organic ones.
    static func all(
        _ panel: Panel,
        _ configuration: MixConfiguration
    ) throws(MixModelError) -> [Medium] {
        var media: [Medium] = []
        for channel in panel.channels {
            let (amount, frequency): ([Double], [Double]?) =
                switch channel.exposure {
                case .spend: (channel.spend, nil)
                case .units(let units): (units, nil)
                case .reach(let reach, let frequency): (reach, Self.filled(frequency, reach))
                }
            media.append(
                Medium(
                    name: channel.name,
                    amount: amount,
                    frequency: frequency,
                    spend: channel.spend,
                    configuration: configuration.medium(channel)
                )
            )
        }
        for column in panel.organic {
            let own = configuration.channels[column.name] ?? configuration.organic
            media.append(
                Medium(
                    name: column.name,
                    amount: column.values,
                    frequency: nil,
                    spend: nil,
                    configuration: own
                )
            )
        }
        try check(media, configuration)
        return media
    }

    /// Frequencies, where nobody was reached that of others: had somebody been, it would count.
    private static func filled(_ frequency: [Double], _ reach: [Double]) -> [Double] {
        let sum = reach.span.sum()
        let usual = sum > 0 ? reach.span.dot(frequency.span) / sum : 0
        return zip(reach, frequency).map { $0 > 0 ? $1 : usual }
    }

    /// The parameters of its saturation, in the order in which that takes them.
    var saturationKinds: [ParameterKind] {
        guard frequency == nil else { return [.frequencySlope, .frequencyHalf] }
        return configuration.saturation.parameterKinds
    }

    private static func check(
        _ media: [Medium],
        _ configuration: MixConfiguration
    ) throws(MixModelError) {
        let names = media.map(\.name)
        guard !media.isEmpty else { throw .noMedia }
        if let stray = configuration.channels.keys.sorted().first(where: { !names.contains($0) }) {
            throw .unknownChannel(stray, known: names)
        }
        for medium in media {
            guard medium.amount.contains(where: { $0 > 0 }) else {
                throw .emptyMedium(medium.name)
            }
            if let frequency = medium.frequency {
                guard frequency.contains(where: { $0 > 0 }) else {
                    throw .emptyMedium(medium.name)
                }
                let own = medium.configuration
                guard own.saturation == .hill, own.order == .saturationFirst else {
                    throw .reach(medium.name)
                }
            }
            let effect = medium.configuration.effect
            if effect == .roi || effect == .marginalROI,
                !(medium.spend?.contains { $0 > 0 } ?? false)
            {
                throw .noSpend(medium.name, parameter: effect.rawValue)
            }
        }
    }
}
