internal import Messages
internal import Panels
internal import Postgres
internal import RPC
internal import Telemetry
internal import Wire

/// A panel that is kept, or is about to be.
struct StoredPanel: Sendable {
    /// Its id.
    let id: PostgresUUID
    /// What is told of it, but for what stands in columns of its own.
    private(set) var about: MixModelV1.Panel
    /// In whose name it was created.
    let actor: String
    /// When it was created.
    let createTime: UTCTimestamp

    /// A panel that is about to be kept.
    ///
    /// - Parameters:
    ///   - panel: what is in it.
    ///   - label: what it is called.
    ///   - isMoney: whether its outcome is money.
    ///   - currency: what amounts of money are in.
    ///   - findings: what is to be known of it.
    ///   - actor: in whose name it is kept.
    init(
        _ panel: Panel,
        label: String,
        isMoney: Bool,
        currency: String,
        _ findings: PanelFindings,
        by actor: String
    ) {
        id = .random()
        var about = MixModelV1.Panel()
        about.label = label
        about.fingerprint = panel.fingerprint
        about.kpi = panel.outcome.name
        (about.isMoney, about.currency) = (isMoney, currency)
        about.channels = panel.channels.map(\.name)
        about.organic = panel.organic.map(\.name)
        about.treatments = panel.treatments.map(\.name)
        about.controls = panel.controls.map(\.name)
        about.geos = panel.geos.map(\.name)
        about.firstDate = panel.periods.first.map { "\($0)" } ?? ""
        about.lastDate = panel.lastDay.map { "\($0)" } ?? ""
        about.periods = Int32(clamping: panel.periods.count)
        about.daysPerPeriod = Int32(clamping: panel.daysPerPeriod)
        about.findings = findings.messages
        about.omittedFindings = Int32(clamping: findings.omitted)
        self.about = about
        self.actor = actor
        createTime = .now
    }

    /// Reads a row, as all statements that look at panels have it.
    init(_ row: Row) throws {
        id = try row.read(PostgresUUID.self, at: 0)
        let bytes = try row.read(SharedBytes.self, at: 1)
        about = try MixModelV1.Panel(decoding: bytes.bytes)
        about.label = try row.read(String.self, at: 2)
        actor = try row.read(String.self, at: 3)
        createTime = try row.read(UTCTimestamp.self, at: 4)
    }

    /// Says where it comes from.
    mutating func tell(
        _ selection: MixModelV1.PanelSelection?,
        columns: [(column: String, role: String)] = []
    ) {
        about.selection = selection
        about.columns = columns.map { name, role in
            var column = MixModelV1.Panel.Column()
            (column.name, column.role) = (name, role)
            return column
        }
    }

    /// All that is told of it.
    var message: MixModelV1.Panel {
        var panel = about
        panel.panelID = "\(id)"
        panel.actor = actor
        panel.createTime = .init(createTime)
        return panel
    }

    /// What is told of it in lists.
    var summary: MixModelV1.Panel {
        var panel = message
        (panel.findings, panel.omittedFindings, panel.columns) = ([], 0, [])
        return panel
    }

    /// What is told of one that was only tried.
    var preview: MixModelV1.Panel {
        var panel = about
        panel.actor = actor
        return panel
    }
}

extension Panel {
    /// The last day of the last period; nil if there is none.
    var lastDay: PanelDay? {
        periods.last.map { PanelDay(number: $0.number + daysPerPeriod - 1) }
    }
}
