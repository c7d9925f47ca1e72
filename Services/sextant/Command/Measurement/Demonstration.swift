internal import Contracts
internal import Messages
internal import RPC
internal import Schema
internal import Simulator
internal import Tenancy
internal import Wire

/// Shows all of it on a simulated shop: its files come in through the front door, like anyone's,
/// and what is found out is held against what is true.
struct Demonstration {
    private let context: CommandContext
    private let world: World
    private let scale: String
    private let measurement: Measurement

    /// The files that are imported: first what a mix model takes, which is trained meanwhile.
    private static let series = ["spend.csv", "kpi.csv", "covariates.csv", "holidays.csv"]

    /// What the options of the command say.
    ///
    /// - Parameter context: the command's.
    /// - Throws: ``CommandFailure`` for a word that means nothing.
    init(_ context: CommandContext) throws(CommandFailure) {
        self.context = context
        scale = context.arguments.value("--scale") ?? WorldScale.named[0].name
        world = try SimulationOptions.world(context.arguments)
        measurement = Measurement(context)
    }

    /// Where the files of worlds are, each in a folder of its own.
    private var worlds: String { context.folder.path + "/demo" }
    private var name: String { "\(scale)-\(world.forms.rawValue)-\(world.seed)" }
    private var folder: String { "\(worlds)/\(name)" }

    /// Does it all; what is there already is left as it is.
    ///
    /// - Throws: ``CommandFailure`` of the stage that failed; those before it stay as they are.
    func run() async throws {
        if context.arguments.value("--at") == nil {
            try refuseOtherTenant()
            try await InstallationStart(context).start()
            try await context.terminal.stage("Currency") { try await reportInWorldCurrency() }
        }
        try await refuseOtherData()
        try await context.terminal.stage("World") { try writeWorld() }
        try await context.terminal.stage("Series") { try await importFiles(Self.series) }
        try await context.terminal.stage("Tests") { try await importTests() }
        let training = try await measurement.beginTraining()
        try await context.terminal.stage("Events") { try await importFiles(["events.csv"]) }
        try await measurement.makeJourneys()
        try await measurement.runModels()
        try await measurement.endTraining(training)
        try await context.report(beside: ReportTruth(world), isPatient: true)
    }

    /// Refuses a key that stands in the environment for other commands, and is of another tenant.
    private func refuseOtherTenant() throws {
        let variable = GatewayCall.keyVariable
        guard let key = Environment.value(variable), context.arguments.value("--key") == nil,
            try key != InstallationKeys(context.folder).demoKey()
        else { return }
        throw CommandFailure(
            what: "\(variable) has a key that is not the demo tenant's",
            next: "unset \(variable)"
        )
    }

    /// Refuses a tenant that has anything but this world: nothing would be true of both together.
    private func refuseOtherData() async throws {
        let next = "sextant demo --data ANOTHER_FOLDER, or first: sextant down --delete-data"
        if let other = FileSystem.names(in: worlds).first(where: { $0 != name }) {
            throw CommandFailure(what: "the demo tenant has the shop \(other)", next: next)
        }
        if FileSystem.exists(folder) { return }
        let gateway = GatewayCall(context, isPatient: true)
        let known = try await gateway.with { connection, _ in
            try await gateway.overview(connection)
        }
        guard known.series.isEmpty, known.events?.events ?? 0 == 0 else {
            throw CommandFailure(what: "the tenant has data that are no shop's", next: next)
        }
    }

    /// Has the demo tenant's reports in the world's currency: it has no rates of exchange.
    private func reportInWorldCurrency() async throws -> String {
        try await PlatformSession.with(context.folder) { session in
            let tenant = try await session.tenant(InstallationStart.demoSlug)
            let old = tenant.settings
            if old.currency == World.currency { return "\(World.currency) already" }
            let settings = TenantSettings(
                timeZone: old.timeZone,
                currency: World.currency,
                weekStart: old.weekStart,
                attributionDays: old.attributionDays,
                retentionDays: old.retentionDays
            )
            guard let settings else { throw CommandFailure(what: "the world has no currency") }
            try await session.administration()
                .setSettings(of: tenant.id, settings, replacing: tenant.settingsVersion)
            return "reports of \(InstallationStart.demoSlug) are in \(World.currency) now"
        }
    }

    private func writeWorld() throws(CommandFailure) -> String {
        let facts = "\(world.scale.days) days of \(world.geos.count) states in \(folder)"
        if FileSystem.exists(folder + "/truth.json") { return "already there: \(facts)" }
        let written: [WrittenFile]
        do {
            // What an interrupted run has left is written again.
            if FileSystem.exists(folder) { try FileSystem.removeTree(folder) }
            try FileSystem.makeFolder(worlds, mode: 0o755)
            var sink = try FolderSink(folder)
            written = try WorldFiles(of: world).write(to: &sink)
        } catch let failure as CommandFailure {
            throw failure
        } catch {
            throw CommandFailure(what: "\(folder) cannot be written", cause: "\(error)")
        }
        return "\(written.reduce(0) { $0 + $1.rows }) rows, \(facts)"
    }

    /// Has what tests by states measured put in force, for the mix model to be held to.
    ///
    /// What was put once is left as it is, also if somebody has retired it since.
    private func importTests() async throws -> String {
        let path = "\(folder)/tests/calibrations.csv"
        guard let bytes = try FileSystem.read(path),
            let csv = String(validating: bytes, as: UTF8.self)
        else { return "left out: there is no \(path)" }
        let gateway = GatewayCall(context, isPatient: true)
        return try await gateway.with { connection, _ in
            let client = MixModelV1.Calibrations.Client(connection)
            var list = MixModelV1.ListCalibrationsRequest()
            list.includeRetired = true
            let known = try await gateway.surely { [list] in
                try await client.listCalibrations(list, options: gateway.options())
                    .message.value()
            }
            // The first column of each row is the name.
            let names = csv.split(separator: "\n").dropFirst().compactMap {
                $0.split(separator: ",").first.map(String.init)
            }
            let isKnown = names.allSatisfy { name in
                known.calibrations.contains { $0.name == name }
            }
            if isKnown { return "already there" }
            var request = MixModelV1.ImportCalibrationsRequest()
            request.csv = csv
            let put = try await gateway.surely { [request] in
                try await client.importCalibrations(request, options: gateway.options())
                    .message.value()
            }
            return "\(put.calibrations.count) in force: \(names.joined(separator: ", "))"
        }
    }

    /// Imports files, or finds that they are there.
    private func importFiles(_ names: [String]) async throws -> String {
        var (accepted, rejected, known) = (0, 0, 0)
        for name in names {
            let done = try await FileImport(context).importFile("\(folder)/\(name)")
            guard done.state == .completed else {
                throw CommandFailure(
                    what: "\(name) was not read to its end",
                    log: done.findings.map { "\($0.rule): \($0.remedy)" },
                    next: "sextant import \(folder)/\(name)"
                )
            }
            if !done.sameAs.isEmpty { known += 1 }
            accepted += Int(done.accepted + done.corrected)
            rejected += Int(done.rejected)
        }
        if known == names.count { return "already there" }
        return "\(accepted) rows taken" + (rejected > 0 ? ", \(rejected) rejected" : "")
    }
}
