internal import Contracts
internal import Messages
internal import RPC
internal import Wire

// Commands on what tests have shown, for mix models to be held to.
extension Subcommand {
    static let calibrations = [calibrationsList, calibrationsImport, calibrationsRetire]

    private static let calibrationsList = Subcommand(
        name: "mmm calibrations list",
        summary: "Lists what tests have shown channels to cause, and models are held to.",
        options: [
            Option(name: "--channel", value: "SLUG", meaning: "Those of a channel alone."),
            Option(name: "--kpi", value: "NAME", meaning: "Those of an outcome alone."),
            Option(name: "--all", meaning: "Earlier revisions and retired ones, too."),
            Option(name: "--csv", meaning: "The table as CSV."),
        ] + GatewayCall.options
    ) { context in
        var request = MixModelV1.ListCalibrationsRequest()
        request.channel = context.arguments.value("--channel") ?? ""
        request.kpi = context.arguments.value("--kpi") ?? ""
        request.includeRetired = context.arguments.has("--all")
        request.pageSize = 1_000
        let gateway = GatewayCall(context)
        let answer = try await gateway.with { connection, _ in
            var all = MixModelV1.ListCalibrationsResponse()
            repeat {
                request.pageToken = all.nextPageToken
                let page = try await MixModelV1.Calibrations.Client(connection)
                    .listCalibrations(request, options: try gateway.options()).message.value()
                all.calibrations += page.calibrations
                all.nextPageToken = page.nextPageToken
            } while !all.nextPageToken.isEmpty
            return all
        }
        context.print(calibrations: answer.calibrations, json: try answer.json())
    }

    private static let calibrationsImport = Subcommand(
        name: "mmm calibrations import",
        words: "FILE",
        wordCount: 1...1,
        summary: "Puts the calibrations of a file in force: all of them, or none.",
        details: """
            CSV with the columns name, channel, kpi, first_date, last_date, measure (lift or
            return_on_spend) and value, and standard_error or lower and upper; beside them geos
            (parted by ;), portion (of all people, who live in these), measured_until, level,
            spend_delta, currency, likelihood (normal or student_t), weight, method, source and
            experiment. - is standard input.
            """,
        options: [
            Option(name: "--trial", meaning: "Checks the file, and puts nothing."),
            Option(name: "--csv", meaning: "The table as CSV."),
        ] + GatewayCall.options
    ) { context in
        let source = try FileSource(context.word(0) ?? "", of: "mmm calibrations import")
        let bytes = try source.next(Self.longestTable + 1)
        guard bytes.count <= Self.longestTable else {
            throw CommandFailure.usage("\(source.name) has more than \(Self.longestTable) bytes")
        }
        guard let csv = String(validating: bytes, as: UTF8.self) else {
            throw CommandFailure.usage("\(source.name) is not UTF-8 text")
        }
        var request = MixModelV1.ImportCalibrationsRequest()
        (request.csv, request.validateOnly) = (csv, context.arguments.has("--trial"))
        let gateway = GatewayCall(context)
        let answer = try await gateway.with { connection, _ in
            try await MixModelV1.Calibrations.Client(connection)
                .importCalibrations(request, options: try gateway.options()).message.value()
        }
        context.print(calibrations: answer.calibrations, json: try answer.json())
        if request.validateOnly { context.terminal.note("nothing was put: it was a trial") }
    }

    private static let longestTable = 1_000_000

    private static let calibrationsRetire = Subcommand(
        name: "mmm calibrations retire",
        words: "NAME",
        wordCount: 1...1,
        summary: "Takes a calibration out of force; models that were held to it stay as they are.",
        options: [Option(name: "--reason", value: "TEXT", meaning: "Why; it is kept.")]
            + GatewayCall.options
    ) { context in
        guard let reason = context.arguments.value("--reason"), !reason.isEmpty else {
            throw CommandFailure.usage("expected --reason: it is kept with the calibration")
        }
        var request = MixModelV1.RetireCalibrationRequest()
        (request.name, request.reason) = (context.word(0) ?? "", reason)
        let gateway = GatewayCall(context)
        let answer = try await gateway.with { connection, _ in
            try await MixModelV1.Calibrations.Client(connection)
                .retireCalibration(request, options: try gateway.options()).message.value()
        }
        context.terminal.print(
            answer: try answer.json(),
            orElse: "\(answer.name), revision \(answer.revision), is no longer in force"
        )
    }
}

extension CommandContext {
    /// Prints a table of calibrations, or what it is made of.
    fileprivate func print(calibrations: [MixModelV1.Calibration], json: SharedBytes) {
        let rows = [MixModelV1.Calibration.head] + calibrations.map(\.cells)
        let text = arguments.has("--csv") ? TextTable.csv(rows) : TextTable.text(rows)
        terminal.print(answer: json, orElse: text)
    }
}

extension MixModelV1.Calibration {
    fileprivate static let head = [
        "name", "revision", "channel", "kpi", "places", "days", "lift", "90 %", "retired",
    ]

    fileprivate var cells: [String] {
        let interval = term?.interval
        return [
            name, "\(revision)", channel, kpi, geos.isEmpty ? "all" : "\(geos.count)",
            "\(firstDate) to \(lastDate)", Figures.hundredths(term?.lift ?? .nan),
            Figures.hundredths(interval?.lower ?? .nan) + " to "
                + Figures.hundredths(interval?.upper ?? .nan),
            retireTime.minute,
        ]
    }
}
