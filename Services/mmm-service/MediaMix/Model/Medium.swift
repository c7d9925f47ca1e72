import Panels

/// Something of a panel that acts as a medium does, paid or not.
struct Medium: Sendable {
    let name: String
    /// How much of it there was, `[geos * periods]`, in its own units.
    let amount: [Double]
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
            let amount: [Double]
            switch channel.exposure {
            case .spend: amount = channel.spend
            case .units(let units): amount = units
            case .reach: throw .reach(channel.name)
            }
            let own = configuration.channel(channel.name)
            media.append(
                Medium(
                    name: channel.name,
                    amount: amount,
                    spend: channel.spend,
                    configuration: own
                )
            )
        }
        for column in panel.organic {
            let own = configuration.channels[column.name] ?? configuration.organic
            media.append(
                Medium(name: column.name, amount: column.values, spend: nil, configuration: own)
            )
        }
        try check(media, configuration)
        return media
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
            let effect = medium.configuration.effect
            if effect == .roi || effect == .marginalROI,
                !(medium.spend?.contains { $0 > 0 } ?? false)
            {
                throw .noSpend(medium.name, parameter: effect.rawValue)
            }
        }
    }
}
