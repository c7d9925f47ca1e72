internal import Contracts
internal import Messages
internal import Panels
internal import Postgres
internal import RPC
internal import Tenancy
internal import Wire

/// Tells what mix models can be fitted to; its contract says what each method does.
struct PanelsService: MixModelV1.Panels.Service {
    private let database: TenantDatabase
    private let source = PanelSource()
    private let store = PanelStore()

    /// How many values an answer has at most.
    private static let mostValues = 200_000

    init(_ database: TenantDatabase) {
        self.database = database
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
        var response = MixModelV1.PreviewPanelResponse(made)
        response.currency = scope.entry.settings.currency
        let columns = made.maker.panel.columns
        if value.includeValues && columns.count * made.maker.panel.cells > Self.mostValues {
            throw RPCError(
                .resourceExhausted,
                "include_values: the panel has \(columns.count * made.maker.panel.cells) values, "
                    + "of which at most \(Self.mostValues) are told"
            )
        }
        response.columns = columns.map { column in
            var told = MixModelV1.PreviewPanelResponse.Column(
                column.name,
                column.role,
                column.values
            )
            if value.includeValues { told.values = column.values }
            return told
        }
        return Reply(response)
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
        spreadSpend = leftOut.spreadSpend
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
