internal import Messages
internal import Panels
internal import Wire

/// The options that say what a model is fitted to, and how.
struct TrainingOptions {
    private let context: CommandContext
    /// What the model is fitted to; nil for imported data.
    private let file: String?

    init(_ context: CommandContext, file: String?) {
        self.context = context
        self.file = file
    }

    /// What of imported data a model is fitted to.
    static let ofSelections = [
        Option(name: "--kpi", value: "NAME", meaning: "What of the imported data is explained."),
        Option(name: "--counted-by", value: "NAME", meaning: "Who counted it."),
        Option(name: "--from", value: "DAY", meaning: "The first day, as 2026-01-31."),
        Option(name: "--daily", meaning: "Periods are days; weeks otherwise."),
        Option(name: "--by-geo", meaning: "Each place that the KPI names; one otherwise."),
        Option(
            name: "--channel",
            value: "SLUG",
            isRepeated: true,
            meaning: "A channel that is looked at; all by default."
        ),
        Option(
            name: "--control",
            value: "NAME",
            isRepeated: true,
            meaning: "A covariate that is controlled for."
        ),
        Option(
            name: "--treatment",
            value: "NAME",
            isRepeated: true,
            meaning: "A covariate that was done, as promotions."
        ),
    ]

    /// What a model consists of, and how it is trained.
    static let ofModels = [
        Option(name: "--label", value: "TEXT", meaning: "What the model is called."),
        Option(
            name: "--also",
            value: "NAME",
            isRepeated: true,
            meaning: "Another KPI of the same counter, or column: models are drawn together."
        ),
        Option(
            name: "--configuration",
            value: "FILE",
            meaning: "What it consists of, as JSON of MixConfiguration."
        ),
        Option(
            name: "--calibration",
            value: "NAME",
            isRepeated: true,
            meaning: "A calibration that it is held to; all that are in force by default."
        ), Option(name: "--no-calibrations", meaning: "It is held to none."),
        Option(name: "--holdout", value: "PERIODS", meaning: "How many it is tried on; 0."),
        Option(name: "--bootstrap", meaning: "A first look: best fits, in a second."),
        Option(name: "--chains", value: "COUNT", meaning: "How many chains draw; 4."),
        Option(name: "--warmup", value: "COUNT", meaning: "Draws that adapt; 1,000."),
        Option(name: "--draws", value: "COUNT", meaning: "Draws that are kept; 1,000."),
        AttributionOptions.ofSeed,
    ]

    /// A model, but for what it is fitted to if that is a file.
    ///
    /// - Returns: what is asked of the service.
    /// - Throws: ``CommandFailure`` for options that make no sense.
    func request() throws -> MixModelV1.CreateModelRequest {
        let arguments = context.arguments
        var request = MixModelV1.CreateModelRequest()
        request.label = arguments.value("--label") ?? ""
        request.selection = try selection()
        if file == nil {
            request.furtherOutcomes = arguments.all("--also").map { kpi in
                var outcome = MixModelV1.FurtherOutcome()
                (outcome.kpi, outcome.countedBy) = (kpi, request.selection?.countedBy ?? "")
                return outcome
            }
        }
        request.configuration = try configuration()
        request.calibrations = arguments.all("--calibration")
        if arguments.has("--no-calibrations") { request.calibrating = .none }
        request.holdoutPeriods = try number("--holdout", in: 0...10_000)
        var sampling = MixModelV1.Sampling()
        if arguments.has("--bootstrap") { sampling.method = .bayesianBootstrap }
        sampling.chains = try number("--chains", in: 2...16)
        sampling.warmup = try number("--warmup", in: 20...20_000)
        sampling.draws = try number("--draws", in: 4...20_000)
        sampling.seed = try AttributionOptions.seed(context)
        request.sampling = sampling
        return request
    }

    private func number(_ name: String, in range: ClosedRange<Int>) throws -> Int32 {
        Int32(try context.arguments.number(name, in: range) ?? 0)
    }

    private func selection() throws(CommandFailure) -> MixModelV1.PanelSelection? {
        let arguments = context.arguments
        guard let kpi = arguments.value("--kpi") else {
            if file != nil { return nil }
            throw .usage("expected a file, or --kpi", next: "sextant help mmm train")
        }
        if file != nil { throw .usage("a file and --kpi are given: expected one") }
        var selection = MixModelV1.PanelSelection()
        (selection.kpi, selection.countedBy) = (kpi, arguments.value("--counted-by") ?? "")
        selection.firstDate = arguments.value("--from") ?? ""
        selection.lastDate = arguments.value("--to") ?? ""
        selection.period = arguments.has("--daily") ? .day : .week
        selection.geography = arguments.has("--by-geo") ? .byGeo : .national
        selection.channels = arguments.all("--channel")
        selection.controls = arguments.all("--control")
        selection.treatments = arguments.all("--treatment")
        return selection
    }

    private static let mostConfigurationBytes = 1 << 20

    private func configuration() throws -> MixModelV1.MixConfiguration? {
        guard let path = context.arguments.value("--configuration") else { return nil }
        guard let bytes = try FileSystem.read(path, upTo: Self.mostConfigurationBytes) else {
            throw CommandFailure.usage("\(path) cannot be read: there is no such file")
        }
        do throws(CodecError) {
            return try MixModelV1.MixConfiguration(json: bytes.rawBytes)
        } catch {
            throw CommandFailure.usage("\(path) says nothing of a mix model: \(error)")
        }
    }

    /// The table that a file is, of the first outcome: columns of others are left out.
    ///
    /// - Returns: what is asked of the service; nil if the model is of a KPI.
    /// - Throws: ``CommandFailure`` if it cannot be read, or is too large.
    func table() throws -> MixModelV1.PanelTable? {
        guard let path = file else { return nil }
        let source = try FileSource(path, of: "mmm train")
        let bytes = try source.next(Self.mostTableBytes + 1)
        guard bytes.count <= Self.mostTableBytes else {
            throw CommandFailure.usage("\(path) has more than 8 MiB: import it, and give --kpi")
        }
        let declaration = try MixOptions(context).declaration
        var table = MixModelV1.PanelTable()
        table.csv = bytes
        for (column, word) in declaration.roles { table.roles[column] = word }
        (table.series, table.amounts) = (declaration.series ?? "", declaration.amounts)
        table.absent = declaration.absent
        table.dates = declaration.format.dayOrder?.rawValue ?? ""
        table.decimals = declaration.format.decimal?.rawValue ?? ""
        table.weeksFrom = declaration.weeksFrom?.name.lowercased() ?? ""
        table.equalPopulations = declaration.hasEqualPopulations
        for column in context.arguments.all("--also") {
            table.roles[column] = PanelRole.ignored.word
        }
        return table
    }

    /// What a column is that is of one outcome alone.
    private static let ofOutcomes = [
        PanelRole.outcome(isMoney: false), .outcome(isMoney: true), .valuePerOutcome,
    ].map(\.word)

    /// The same table of each further outcome.
    ///
    /// - Parameters:
    ///   - table: that of the first.
    ///   - first: the panel that it has become.
    /// - Returns: a table for each, in the order of the options.
    /// - Throws: ``CommandFailure``.
    func furtherTables(
        _ table: MixModelV1.PanelTable,
        _ first: MixModelV1.Panel
    ) throws -> [MixModelV1.PanelTable] {
        let asked = try MixOptions(context).declaration.roles
        return context.arguments.all("--also").map { column in
            var other = table
            for known in first.columns where Self.ofOutcomes.contains(known.role) {
                other.roles[known.name] = PanelRole.ignored.word
            }
            let word = asked.last { $0.column == column }?.word
            other.roles[column] = word ?? PanelRole.outcome(named: column).word
            return other
        }
    }

    private static let mostTableBytes = 8 << 20
}
