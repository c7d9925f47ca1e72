internal import Contracts
internal import Messages
internal import Net
internal import Panels
internal import Postgres
internal import RPC
internal import Tenancy
internal import Wire

/// Tells what mix models can be fitted to; its contract says what each method does.
struct PanelsService: MixModelV1.Panels.Service {
    private let database: TenantDatabase
    private let source: PanelSource
    private let offload: WorkerPool?
    private let store = PanelStore()

    /// How many values an answer has at most.
    private static let mostValues = 200_000

    init(_ database: TenantDatabase, offload: WorkerPool?) {
        self.database = database
        self.offload = offload
        source = PanelSource(offload: offload)
    }

    func listSources(
        _ request: Message<MixModelV1.ListSourcesRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.ListSourcesResponse> {
        Reply(try await store.sources(in: try database.scope(for: call)))
    }

    func previewPanel(
        _ request: Message<MixModelV1.PreviewPanelRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.PreviewPanelResponse> {
        let value = request.value()
        let scope = try database.scope(for: call)
        let made = try await source.panel(value.selection ?? .init(), in: scope)
        let cells = made.maker.panel.columns.count * made.maker.panel.cells
        if value.includeValues && cells > Self.mostValues {
            throw RPCError(
                .resourceExhausted,
                "include_values: the panel has \(cells) values, of which at most "
                    + "\(Self.mostValues) are told"
            )
        }
        let currency = scope.entry.settings.currency
        return Reply(
            try await offload.runBeside {
                var response = MixModelV1.PreviewPanelResponse(made)
                response.currency = currency
                response.columns = made.maker.panel.columns.map { column in
                    var told = MixModelV1.PreviewPanelResponse.Column(
                        column.name,
                        column.role,
                        column.values
                    )
                    if value.includeValues { told.values = column.values }
                    return told
                }
                return response
            }
        )
    }
}

extension Panel {
    /// All columns, with what they are.
    fileprivate var columns:
        [(name: String, role: MixModelV1.PreviewPanelResponse.Role, values: [Double])]
    {
        var all = [(outcome.name, MixModelV1.PreviewPanelResponse.Role.outcome, outcome.values)]
        if let valuePerOutcome { all.append((outcome.name, .value, valuePerOutcome)) }
        for channel in channels {
            all.append((channel.name, .spend, channel.spend))
            if case .units(let units) = channel.exposure {
                all.append((channel.name, .exposure, units))
            }
        }
        all += controls.map { ($0.name, .control, $0.values) }
        all += treatments.map { ($0.name, .treatment, $0.values) }
        return all
    }
}

extension MixModelV1.PreviewPanelResponse {
    /// What is told of a panel, without its columns.
    fileprivate init(_ made: PanelSource.Made) {
        self.init()
        firstDate = made.frame.first.text
        lastDate = made.frame.last.text
        periods = Int32(clamping: made.frame.periods)
        daysPerPeriod = Int32(made.frame.daysPerPeriod)
        geos = made.maker.panel.geos.map { place in
            var geo = Geo()
            (geo.name, geo.population) = (place.name, place.population)
            return geo
        }
        let leftOut = made.maker.leftOut
        unmappedSpendRows = leftOut.unmappedRows
        unmappedSpend = leftOut.unmappedSpend
        unconvertedRows = leftOut.unconvertedRows
        misplacedRows = leftOut.misplacedRows
        misplacedSpend = leftOut.misplacedSpend
        spreadSpend = leftOut.spreadSpend
        partialCells = leftOut.partialCells
        fingerprint = made.maker.panel.fingerprint
        tell(PanelContract(isOutcomeMoney: made.isMoney).check(made.maker.panel))
    }

    /// Tells what is to be known before a model is fitted.
    private mutating func tell(_ found: PanelFindings) {
        isTrainable = !found.isRefusal && unconvertedRows == 0
        omittedFindings = Int32(clamping: found.omitted)
        findings = found.all.map { finding in
            var told = Finding()
            told.severity =
                switch finding.severity {
                case .refuses: .refuses
                case .warns: .warns
                case .notes: .notes
                }
            told.rule = finding.rule.rawValue
            told.columns = finding.columns
            told.geo = finding.geo ?? ""
            told.dates = finding.periods.map { "\($0)" }
            (told.problem, told.remedy) = (finding.problem, finding.remedy)
            return told
        }
    }
}

extension MixModelV1.PreviewPanelResponse.Column {
    /// What is told of a column, without its values.
    fileprivate init(
        _ name: String,
        _ role: MixModelV1.PreviewPanelResponse.Role,
        _ values: [Double]
    ) {
        self.init()
        (self.name, self.role) = (name, role)
        let known = values.filter { !$0.isNaN }
        missing = Int64(values.count - known.count)
        total = known.reduce(0, +)
        least = known.min() ?? .nan
        greatest = known.max() ?? .nan
    }
}
