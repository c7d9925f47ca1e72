public import Panels

extension Panel {
    /// The panel's first periods.
    ///
    /// - Parameter count: how many, from 1 to those that there are.
    /// - Returns: a panel of them.
    public func first(_ count: Int) -> Panel {
        let all = periods.count
        func cut(_ values: [Double]) -> [Double] {
            geos.indices.flatMap { values[$0 * all..<$0 * all + count] }
        }
        func cut(_ columns: [PanelColumn]) -> [PanelColumn] {
            columns.map { PanelColumn(name: $0.name, values: cut($0.values)) }
        }
        var panel = self
        panel.periods = Array(periods.prefix(count))
        panel.outcome.values = cut(outcome.values)
        panel.valuePerOutcome = valuePerOutcome.map(cut)
        panel.channels = channels.map { channel in
            let exposure: PanelChannel.Exposure =
                switch channel.exposure {
                case .spend: .spend
                case .units(let units): .units(cut(units))
                case .reach(let reach, let frequency):
                    .reach(cut(reach), frequency: cut(frequency))
                }
            return PanelChannel(
                name: channel.name,
                spend: cut(channel.spend),
                exposure: exposure
            )
        }
        panel.organic = cut(organic)
        panel.treatments = cut(treatments)
        panel.controls = cut(controls)
        return panel
    }

    /// Whether it has the columns and geos of another, and its periods first.
    func continues(_ other: Panel) -> Bool {
        periods.starts(with: other.periods) && geos == other.geos
            && channels.map(\.name) == other.channels.map(\.name)
            && organic.map(\.name) == other.organic.map(\.name)
            && treatments.map(\.name) == other.treatments.map(\.name)
            && controls.map(\.name) == other.controls.map(\.name)
    }
}
