internal import Jobs
internal import Net
internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy
internal import TestContracts
internal import TestMessages
internal import Wire

/// An attempt at an export: it goes on after the last part that an attempt before it has copied.
struct ExportRun {
    private let request: TestingV1.StartExportRequest
    private let run: JobRun
    private let next: TestingV1.Example.Client?

    init(
        _ request: TestingV1.StartExportRequest,
        _ run: JobRun,
        next: TestingV1.Example.Client?
    ) {
        self.request = request
        self.run = run
        self.next = next
    }

    /// Copies all items that there are at its begin, a part at a time.
    func copyAll() async throws {
        var export: TestingV1.Export
        if let checkpoint = run.checkpoint {
            export = try TestingV1.Export(decoding: checkpoint.bytes)
        } else {
            export = TestingV1.Export()
            export.title = request.title
            export.instances = try await asked()
        }
        let part = request.partSize == 0 ? 100 : Int64(request.partSize)
        let pause = try ExampleRules.wait(request.pause)
        let all = try await run.scope().read(Self.count).one().read(Int64.self)
        while export.items < all {
            try await copy(min(part, all - export.items), after: &export, of: all)
            run.report(
                Double(export.items) / Double(all),
                "\(request.title): \(export.items) of \(all) items"
            )
            try await run.loop.sleep(for: pause)
        }
        let (result, items) = (export.encoded(), export.items)
        try await run.complete(result) { transaction in
            try await transaction.query(Self.close, "\(run.id)", request.title, items)
        }
    }

    /// Copies a part, in the transaction that says so.
    private func copy(
        _ count: Int64,
        after export: inout TestingV1.Export,
        of all: Int64
    ) async throws {
        // Numbers have no gaps, and items do not change.
        let last = export.items + count
        let rows = try await run.scope().read(Self.find, last)
        let (number, title, time) = try rows.one()
            .read(Int64.self, String.self, UTCTimestamp.self)
        let first = export.items
        export.items = last
        export.last = TestingV1.Item(number, title, at: time)
        try await run.save(
            checkpoint: export.encoded(),
            progress: Double(last) / Double(all)
        ) { transaction in
            try await transaction.query(Self.copyPart, "\(run.id)", first, last)
        }
    }

    /// Who answers along the chain.
    private func asked() async throws -> [String] {
        guard request.hops > 0 else { return [] }
        guard let next else {
            throw RPCError(.failedPrecondition, "\(request.title): there is no next service")
        }
        var onward = TestingV1.RelayRequest()
        onward.hops = request.hops - 1
        return try await next.relay(onward, options: run.onward()).message.value().instances
    }
}

extension ExportRun {
    private static let count = Statement("example.count_items", "select last from item_head")
    private static let find = Statement(
        "example.find_exported",
        "select number, title, created_at from items where number = $1"
    )
    private static let copyPart = Statement(
        "example.copy_part",
        """
        insert into export_items (job, number, title)
        select $1::text::uuid, number, title from items where number > $2 and number <= $3
        """
    )
    private static let close = Statement(
        "example.close_export",
        "insert into exports (job, title, items) values ($1::text::uuid, $2, $3)"
    )
}
