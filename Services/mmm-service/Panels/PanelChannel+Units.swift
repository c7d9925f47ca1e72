extension PanelChannel {
    /// How often it was seen, `[geos * periods]`, or what it cost where that is all that is known.
    public var units: [Double] {
        switch exposure {
        case .spend: spend
        case .units(let units): units
        case .reach(let reach, let frequency): zip(reach, frequency).map { $0 * $1 }
        }
    }
}

extension PanelChannel.Exposure {
    /// What is known beside spend, and what it is called.
    var columns: [PanelColumn] {
        switch self {
        case .spend: []
        case .units(let units): [PanelColumn(name: "exposure", values: units)]
        case .reach(let reach, let frequency):
            [
                PanelColumn(name: "reach", values: reach),
                PanelColumn(name: "frequency", values: frequency),
            ]
        }
    }
}
