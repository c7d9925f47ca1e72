internal import Contracts
public import Messages
internal import Net
internal import Panels
internal import Platform
internal import Postgres
internal import RPC
public import Tenancy
internal import Wire

/// Tells what mix models can be fitted to; its contract says what each method does.
struct PanelsService: MixModelV1.Panels.Service {
    private let database: TenantDatabase
    private let source: PanelSource
    private let keeper: PanelKeeper
    private let hearing: PanelHearing
    private let pages: PageTokens
    private let offload: WorkerPool?
    private let store = PanelStore()
    private let kept = StoredPanelStore()

    /// How many values an answer has at most.
    private static let mostValues = 200_000

    init(
        _ database: TenantDatabase,
        _ hearing: PanelHearing,
        pages: PageTokens,
        offload: WorkerPool?
    ) {
        self.database = database
        self.hearing = hearing
        self.pages = pages
        self.offload = offload
        source = PanelSource(offload: offload)
        keeper = PanelKeeper(offload: offload)
    }

    func listSources(
        _ request: Message<MixModelV1.ListSourcesRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.ListSourcesResponse> {
        var sources = try await store.sources(in: try database.scope(for: call))
        try await hearing.tell(&sources, for: call)
        return Reply(sources)
    }

    func previewPanel(
        _ request: Message<MixModelV1.PreviewPanelRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.PreviewPanelResponse> {
        let value = request.value()
        let scope = try database.scope(for: call)
        let made = try await source.panel(value.selection ?? .init(), in: scope)
        let heard = try await hearing.findings(on: [value.selection], .call(call))[0]
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
                var response = MixModelV1.PreviewPanelResponse(made, heard: heard)
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

// Panels that are kept.
extension PanelsService {
    func createPanel(
        _ request: Message<MixModelV1.CreatePanelRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.Panel> {
        let value = request.value()
        var violations = FieldViolations()
        violations.check(label: value.label)
        violations.check(value.source != nil, "source", "expected a selection or a table")
        try violations.finish("no panel can be kept like this")
        let scope = try database.scope(for: call)
        let made: PanelKeeper.Made
        var heard = PanelFindings()
        switch value.source {
        case .table(let table): made = try await keeper.make(table, label: value.label, in: scope)
        case .selection(let selection):
            made = try await keeper.make(selection, label: value.label, in: scope)
            heard = try await hearing.findings(on: [selection], .call(call))[0]
        case nil: throw RPCError.fault("a request without a source was taken")
        }
        var panel =
            value.validateOnly
            ? made.stored.preview : try await keeper.keep([made], in: scope)[0].message
        // Told to whoever asks, and not kept: others may know more or less, and that changes.
        var findings = made.findings
        findings.add(heard)
        panel.findings = findings.messages
        panel.omittedFindings = Int32(clamping: findings.omitted)
        return Reply(panel)
    }

    func listPanels(
        _ request: Message<MixModelV1.ListPanelsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.ListPanelsResponse> {
        let page = try pages.page(of: request, request.value(), call)
        let found = try await kept.list(
            before: page.placeText.flatMap { PostgresUUID($0) },
            limit: page.count + 1,
            in: try database.scope(for: call)
        )
        let (shown, next) = page.cut(found) { "\($0.id)" }
        var response = MixModelV1.ListPanelsResponse()
        response.panels = shown.map(\.summary)
        response.nextPageToken = next
        return Reply(response)
    }

    func getPanel(
        _ request: Message<MixModelV1.GetPanelRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.Panel> {
        let id = try PostgresUUID(request.value().panelID, of: "panel")
        return Reply(try await kept.panel(id, in: try database.scope(for: call)).message)
    }

    func deletePanel(
        _ request: Message<MixModelV1.DeletePanelRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.DeletePanelResponse> {
        let id = try PostgresUUID(request.value().panelID, of: "panel")
        try await kept.delete(id, in: try database.scope(for: call))
        return Reply(MixModelV1.DeletePanelResponse())
    }
}

extension MixModelV1.ListPanelsRequest: PagedRequest {}

extension FieldViolations {
    /// Checks what something is called.
    mutating func check(label: String) {
        check(
            label.count <= 200 && !label.utf8.contains(0),
            "label",
            "expected up to 200 characters without U+0000"
        )
    }
}

extension PostgresUUID {
    /// Reads an id as it is told.
    ///
    /// - Parameters:
    ///   - text: what somebody sent.
    ///   - noun: of what it is to be.
    /// - Throws: INVALID_ARGUMENT if it is none.
    init(_ text: String, of noun: String) throws(RPCError) {
        guard let id = PostgresUUID(text), text == "\(id)" else {
            throw RPCError(.invalidArgument, "\(noun)_id: expected the id of a \(noun)")
        }
        self = id
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
    fileprivate init(_ made: PanelSource.Made, heard: PanelFindings) {
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
        var findings = PanelContract(isOutcomeMoney: made.isMoney).check(made.maker.panel)
        findings.add(heard)
        tell(findings)
    }

    /// Tells what is to be known before a model is fitted.
    private mutating func tell(_ found: PanelFindings) {
        isTrainable = !found.isRefusal && unconvertedRows == 0
        omittedFindings = Int32(clamping: found.omitted)
        findings = found.messages
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
