internal import MediaMix
internal import Messages
internal import Panels

// A panel as it is kept, and back.
extension MixModelV1.PanelContents {
    /// What is in a panel.
    init(_ panel: Panel) {
        self.init()
        periods = panel.periods.map { Int64($0.number) }
        daysPerPeriod = Int32(clamping: panel.daysPerPeriod)
        geos = panel.geos.map { place in
            var geo = Geo()
            (geo.name, geo.population) = (place.name, place.population)
            return geo
        }
        outcome = Column(panel.outcome)
        valuePerOutcome = panel.valuePerOutcome ?? []
        channels = panel.channels.map { Channel($0) }
        organic = panel.organic.map { Column($0) }
        treatments = panel.treatments.map { Column($0) }
        controls = panel.controls.map { Column($0) }
    }
}

extension Panel {
    /// What was kept.
    init(_ contents: MixModelV1.PanelContents) {
        self.init(
            periods: contents.periods.map { PanelDay(number: Int($0)) },
            daysPerPeriod: Int(contents.daysPerPeriod),
            geos: contents.geos.map { PanelGeo(name: $0.name, population: $0.population) },
            outcome: PanelColumn(contents.outcome ?? .init()),
            valuePerOutcome: contents.valuePerOutcome.isEmpty ? nil : contents.valuePerOutcome,
            channels: contents.channels.map { PanelChannel($0) },
            organic: contents.organic.map { PanelColumn($0) },
            treatments: contents.treatments.map { PanelColumn($0) },
            controls: contents.controls.map { PanelColumn($0) }
        )
    }

    /// The panel without its last periods.
    ///
    /// - Parameter count: how many are left out.
    /// - Returns: the rest.
    func dropping(last count: Int) -> Panel {
        count > 0 && count < periods.count ? first(periods.count - count) : self
    }
}

extension MixModelV1.PanelContents.Column {
    fileprivate init(_ column: PanelColumn) {
        self.init()
        (name, values) = (column.name, column.values)
    }
}

extension PanelColumn {
    fileprivate init(_ column: MixModelV1.PanelContents.Column) {
        self.init(name: column.name, values: column.values)
    }
}

extension MixModelV1.PanelContents.Channel {
    fileprivate init(_ channel: PanelChannel) {
        self.init()
        (name, spend) = (channel.name, channel.spend)
        switch channel.exposure {
        case .spend: break
        case .units(let units): self.units = units
        case .reach(let reach, let frequency): (self.reach, self.frequency) = (reach, frequency)
        }
    }
}

extension PanelChannel {
    fileprivate init(_ channel: MixModelV1.PanelContents.Channel) {
        let exposure: Exposure =
            if !channel.units.isEmpty {
                .units(channel.units)
            } else if !channel.reach.isEmpty {
                .reach(channel.reach, frequency: channel.frequency)
            } else {
                .spend
            }
        self.init(name: channel.name, spend: channel.spend, exposure: exposure)
    }
}
