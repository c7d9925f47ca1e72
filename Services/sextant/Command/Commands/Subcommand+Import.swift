internal import Contracts
internal import Messages
internal import Net
internal import RPC
internal import Wire

// Commands on imports of files.
extension Subcommand {
    static let imports = [importFile, importList]

    private static let importFile = Subcommand(
        name: "import",
        words: "FILE...",
        wordCount: 1...1_000,
        summary: "Sends files, and tells what became of their rows.",
        details: """
            CSV, TSV or NDJSON, plain or packed by gzip or zstd, of any size; - is standard input.
            What a file is, is guessed by its header and first rows and told; declare what is
            guessed wrong, or what the file does not say. An upload that broke off goes on with
            --resume. Exits with 1 if a file could not be read to its end.
            """,
        options: [
            Option(
                name: "--kind",
                value: "KIND",
                meaning: "events, paths, spend, kpi, covariates, mix_model, holidays, ga4_export."
            ),
            Option(
                name: "--column",
                value: "HEADER=ROLE",
                isRepeated: true,
                meaning: "What a column says, as 'Cost=spend' or 'Notes=ignored'; once for each."
            ),
            Option(name: "--source", value: "NAME", meaning: "Where the files come from."),
            Option(name: "--currency", value: "CODE", meaning: "Of amounts that name none."),
            Option(name: "--platform", value: "NAME", meaning: "Of spend that names none."),
            Option(name: "--time-zone", value: "NAME", meaning: "Of times that name none."),
            Option(name: "--dates", value: "ORDER", meaning: "day_first or month_first."),
            Option(name: "--decimals", value: "SIGN", meaning: "point or comma."),
            Option(
                name: "--strict-channels",
                meaning: "Rejects rows of channels that there are not, which are made otherwise."
            ),
            Option(name: "--preview", meaning: "Shows how the first rows are read, and stops."),
            Option(name: "--again", meaning: "Reads files again that were imported before."),
            Option(name: "--resume", value: "IMPORT", meaning: "Goes on with an upload."),
        ] + GatewayCall.options
    ) { context in
        try await FileImport(context).run()
    }

    private static let importList = Subcommand(
        name: "import list",
        summary: "Lists the last fifty imports.",
        options: GatewayCall.options
    ) { context in
        let gateway = GatewayCall(context)
        let imports = try await gateway.with { connection, _ in
            let client = IngestV1.Imports.Client(connection)
            let options = try gateway.options()
            return try await client.listImports(.init(), options: options).message.value().imports
        }
        context.terminal.print(
            .array(imports.map { .object($0.summary) }),
            orElse: TextTable.text(imports.map(\.cells))
        )
    }
}
