internal import Contracts
internal import Glibc
internal import Messages
internal import Net
internal import RPC
internal import Wire

/// Sends files to the gateway, one after the other, and waits until they have been read.
struct FileImport {
    private let context: CommandContext
    private let gateway: GatewayCall

    /// How many bytes go with one call: what a lost connection costs.
    private static let partBytes = 32 << 20
    /// What is worth another look and another try: what was stored is asked for before.
    private static let passing: [StatusCode] = [.unavailable, .unknown, .resourceExhausted]
    /// How often a part is sent again, after a pause that grows.
    private static let mostTries = 6

    init(_ context: CommandContext) {
        self.context = context
        gateway = GatewayCall(context, isPatient: true)
    }

    /// Imports all files.
    ///
    /// - Throws: ``CommandFailure`` if one of them could not be read to its end.
    func run() async throws {
        let files = context.arguments.words
        let resumed = context.arguments.value("--resume")
        if resumed != nil && files.count > 1 {
            throw CommandFailure.usage("--resume goes with one file")
        }
        let declared = try plan()
        var failed: [String] = []
        for file in files {
            let done = try await importFile(file, declared, resumed)
            context.terminal.print(.object(done.summary), orElse: done.report(of: file))
            if done.state == .failed || done.state == .cancelled { failed.append(file) }
            if done.state == .waiting && !context.arguments.has("--preview") { failed.append(file) }
        }
        if !failed.isEmpty {
            throw CommandFailure(
                what: "\(failed.joined(separator: ", ")) could not be imported",
                next: "sextant help import"
            )
        }
    }

    /// Imports a file of which nothing is declared.
    ///
    /// - Parameter path: of the file.
    /// - Returns: what became of it.
    /// - Throws: ``CommandFailure`` if it cannot be read, or the service refuses.
    func importFile(_ path: String) async throws -> IngestV1.Import {
        try await importFile(path, IngestV1.ImportPlan(), nil)
    }

    private func importFile(
        _ path: String,
        _ declared: IngestV1.ImportPlan,
        _ resumed: String?
    ) async throws -> IngestV1.Import {
        try await gateway.with { connection, _ in
            let client = IngestV1.Imports.Client(connection)
            return try await importFile(path, declared, resumed, client)
        }
    }

    // MARK: What is declared

    private func plan() throws -> IngestV1.ImportPlan {
        let arguments = context.arguments
        var plan = IngestV1.ImportPlan()
        plan.kind = arguments.value("--kind") ?? ""
        plan.currency = arguments.value("--currency") ?? ""
        plan.platform = arguments.value("--platform") ?? ""
        plan.timeZone = arguments.value("--time-zone") ?? ""
        plan.dateOrder = arguments.value("--dates") ?? ""
        plan.decimalSeparator = arguments.value("--decimals") ?? ""
        if arguments.has("--strict-channels") { plan.unknownChannels = .reject }
        plan.columns = try arguments.all("--column").map { text throws(CommandFailure) in
            guard let cut = text.lastIndex(of: "="), cut != text.startIndex else {
                throw .usage("--column is \(text): expected HEADER=ROLE")
            }
            var column = IngestV1.ImportColumn()
            column.header = String(text[..<cut])
            column.role = String(text[cut...].dropFirst())
            return column
        }
        return plan
    }

    // MARK: Sending

    private func importFile(
        _ path: String,
        _ declared: IngestV1.ImportPlan,
        _ resumed: String?,
        _ client: IngestV1.Imports.Client
    ) async throws -> IngestV1.Import {
        let source = try FileSource(path)
        var current: IngestV1.Import
        if let resumed {
            var request = IngestV1.GetImportRequest()
            request.importID = resumed
            current = try await gateway.surely { [request] in
                try await client.getImport(request, options: gateway.options()).message.value()
            }
        } else {
            var request = IngestV1.CreateImportRequest()
            request.name = source.name
            request.source = context.arguments.value("--source") ?? ""
            request.plan = declared
            request.sizeBytes = source.size
            request.hold = context.arguments.has("--preview")
            request.again = context.arguments.has("--again")
            request.idempotencyKey = gateway.newAttempt()
            current = try await gateway.surely {
                try await client.createImport(request, options: gateway.options()).message.value()
            }
        }
        if current.state == .uploading {
            try source.skip(to: current.receivedBytes)
            current = try await upload(source, current, client)
        }
        if current.state == .waiting && context.arguments.has("--preview") {
            try await preview(current.importID, client)
            return current
        }
        return try await gateway.surely(isWatch: true) { try await watch(current, client) }
    }

    /// Sends the rest of a file, part by part; a part that broke off is sent again from where it
    /// did.
    private func upload(
        _ source: FileSource,
        _ start: IngestV1.Import,
        _ client: IngestV1.Imports.Client
    ) async throws -> IngestV1.Import {
        var current = start
        var part = try source.next(Self.partBytes)
        while true {
            let following = try source.next(Self.partBytes)
            current = try await sendSurely(part, current, more: !following.isEmpty, client)
            context.terminal.note("\(current.receivedBytes) bytes of \(source.name) sent")
            if following.isEmpty || current.state != .uploading { return current }
            part = following
        }
    }

    /// Sends a part, and what is missing of it again as often as it breaks off.
    ///
    /// - Returns: the import behind it, or as it stands if it takes no more bytes.
    private func sendSurely(
        _ part: [UInt8],
        _ start: IngestV1.Import,
        more: Bool,
        _ client: IngestV1.Imports.Client
    ) async throws -> IngestV1.Import {
        var current = start
        var tries = 0
        while true {
            let sent = min(Int(current.receivedBytes - start.receivedBytes), part.count)
            do {
                return try await send(Array(part[sent...]), current, more: more, client)
            } catch let error as RPCError
                where Self.passing.contains(error.code) && tries < Self.mostTries
            {
                tries += 1
                context.terminal.note("sending again: \(error.message)")
                try await GatewayCall.wait(.milliseconds(200 << tries))
                var request = IngestV1.GetImportRequest()
                request.importID = current.importID
                current = try await gateway.surely {
                    try await client.getImport(request, options: gateway.options()).message.value()
                }
                if current.state != .uploading { return current }
            }
        }
    }

    private func send(
        _ bytes: [UInt8],
        _ current: IngestV1.Import,
        more: Bool,
        _ client: IngestV1.Imports.Client
    ) async throws -> IngestV1.Import {
        let call = try await client.uploadFile(options: gateway.options(within: .seconds(600)))
        var message = IngestV1.UploadFileRequest()
        message.importID = current.importID
        message.offset = current.receivedBytes
        message.more = more
        var start = 0
        repeat {
            let end = min(start + (64 << 10), bytes.count)
            message.data = Array(bytes[start..<end])
            try await call.send(message)
            message = IngestV1.UploadFileRequest()
            start = end
        } while start < bytes.count
        return try await call.finish().message.value()
    }

    // MARK: Reading

    private func preview(_ id: String, _ client: IngestV1.Imports.Client) async throws {
        var request = IngestV1.PreviewImportRequest()
        request.importID = id
        let shown = try await gateway.surely { [request] in
            try await client.previewImport(request, options: gateway.options()).message.value()
        }
        for row in shown.rows {
            let fields = row.fields.map { "\($0.key)=\($0.value)" }.joined(separator: "  ")
            let faults = row.findings.map { "\($0.column) '\($0.excerpt)': \($0.remedy)" }
            context.terminal.note(
                "row \(row.number): " + (faults.isEmpty ? fields : faults.joined(separator: "; "))
            )
        }
    }

    /// Waits until an import is over, or waits itself.
    private func watch(
        _ start: IngestV1.Import,
        _ client: IngestV1.Imports.Client
    ) async throws -> IngestV1.Import {
        var request = IngestV1.WatchImportRequest()
        request.importID = start.importID
        let call = try await client.watchImport(request, options: gateway.options(within: nil))
        var last = start
        while let told = try await call.next() {
            last = told.value()
            if last.state == .waiting { break }
            context.terminal.note("\(last.rows) rows of \(last.name) read")
        }
        guard Self.isOver(last) else {
            throw RPCError(.unavailable, "nobody tells what became of \(last.name)")
        }
        return last
    }

    private static func isOver(_ state: IngestV1.Import) -> Bool {
        [.waiting, .completed, .failed, .cancelled].contains(state.state)
    }
}
