internal import Numerics
internal import Panels

/// What media do in the last periods, beside how much of them there is.
///
/// That is how their effects come and go, and how often those see them who are reached. Plans go
/// on as it was there.
struct MediaPace {
    private let bought: BoughtMedia
    private var transforms: [MediumTransform]
    /// What frequencies do, `[media][geos * periods]`; nothing of media of which none is known.
    private var perHead: [[Double]]
    /// The cells that say how often those see a medium who are reached in a geo, `[media][geos]`:
    /// of the window, or ever; of the geo, or of all of them.
    private let seen: [[[Int]]]
    /// How many periods effects are known of; later ones are as the last of these.
    private let fitted: Int

    /// - Parameter bought: the media, and the periods that say how they are now.
    init(_ bought: BoughtMedia) {
        self.bought = bought
        let model = bought.model
        let fitted = model.panel.periods.count
        self.fitted = fitted
        transforms = model.media.indices.map {
            MediumTransform(model.media[$0].configuration, model.slots.media[$0], fitted)
        }
        perHead = bought.media.map { $0.frequency ?? [] }
        seen = bought.media.map { medium in
            guard medium.frequency != nil else { return [] }
            return model.panel.geos.indices.map { geo in
                bought.choices(of: geo).first { $0.contains { medium.amount[$0] > 0 } } ?? []
            }
        }
    }

    /// Takes the parameters of a draw, in the order of ``MediaMixModel/parameterNames``.
    mutating func load(_ parameters: [Double]) {
        for index in transforms.indices {
            transforms[index].load(parameters)
            guard let frequency = bought.media[index].frequency else { continue }
            let (saturation, own) = (
                transforms[index].saturation, transforms[index].saturationParameters
            )
            var result = frequency
            var span = result.mutableSpan
            saturation.respond(frequency.span, parameters: own.span, into: &span)
            perHead[index] = result
        }
    }

    /// What a medium's effect in a geo is multiplied by.
    func factor(_ index: Int, geo: Int) -> Double {
        var factor = 1.0
        if let multipliers = transforms[index].variation?.multipliers {
            let window = bought.window
            factor =
                window.reduce(0) { $0 + multipliers[min($1, fitted - 1)] } / Double(window.count)
        }
        return bought.media[index].frequency == nil ? factor : factor * response(index, geo)
    }

    /// What seeing the medium does to each who is reached.
    private func response(_ index: Int, _ geo: Int) -> Double {
        let (reach, cells) = (bought.media[index].amount, seen[index][geo])
        let people = cells.reduce(0) { $0 + reach[$1] }
        // Somebody is reached: the contract of panels wants it.
        return cells.reduce(0) { $0 + reach[$1] * perHead[index][$1] } / people
    }
}

extension BoughtMedia {
    /// How amounts of a medium act: of those who are reached, each counts alike.
    func configuration(_ index: Int) -> ChannelConfiguration {
        var configuration = media[index].configuration
        if media[index].frequency != nil { configuration.saturation = .none }
        return configuration
    }

    /// What plans take for granted of the media, in sentences.
    var assumptions: [String] {
        model.panel.channels.indices.compactMap { index in
            guard media[index].frequency != nil else { return nil }
            return "\(media[index].name) is planned by its reach: money buys as many people as it "
                + "did in the last \(window.count) periods, and each sees it as often as then; "
                + "nobody knows whether there are so many more people"
        }
    }
}
