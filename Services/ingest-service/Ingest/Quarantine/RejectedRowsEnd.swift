internal import Jobs
internal import Messages
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

/// Deletes rejected rows that have been kept long enough, so many in a transaction.
///
/// What an attempt has deleted is kept with the transaction that did: the next goes on from there.
struct RejectedRowsEnd: Sendable {
    private let days: Int
    private let rowsAtOnce: Int
    private let store = QuarantineStore()

    /// The jobs that do so.
    static func type(of service: ServiceName) -> JobType<IngestV1.EndRejectedRowsRequest> {
        JobType("end_rejected_rows", of: service)
    }

    /// One each night.
    static func nightly(of service: ServiceName) -> NightlyWork {
        NightlyWork(
            scheduleName: "rejected-rows",
            hour: 3,
            step: Schedule.Step(type(of: service), IngestV1.EndRejectedRowsRequest())
        )
    }

    /// How they are done.
    ///
    /// - Parameters:
    ///   - service: whose workers do them.
    ///   - days: for how many days rows are kept.
    ///   - rowsAtOnce: how many rows are deleted in a transaction.
    /// - Returns: the handler.
    static func handler(of service: ServiceName, days: Int, rowsAtOnce: Int) -> JobHandler {
        let end = RejectedRowsEnd(days: days, rowsAtOnce: rowsAtOnce)
        return JobHandler(type(of: service)) { _, run in try await end.deleteAll(run) }
    }

    private init(days: Int, rowsAtOnce: Int) {
        self.days = days
        self.rowsAtOnce = rowsAtOnce
    }

    /// Something has become of some rows since they were found.
    private struct Overtaken: Error {}

    private func deleteAll(_ run: JobRun) async throws {
        let time = UTCTimestamp.now.adding(days: -days)
        var ended = IngestV1.EndedRejectedRows()
        ended.beforeTime = GoogleProtobuf.Timestamp(time)
        if let checkpoint = run.checkpoint {
            ended = try IngestV1.EndedRejectedRows(decoding: checkpoint.bytes)
        }
        let before = ended.beforeTime.flatMap { UTCTimestamp($0) } ?? time
        while true {
            // What is saved another worker goes on from.
            if run.isStopping { throw CancellationError() }
            let numbers = try await store.numbers(
                before: before,
                limit: rowsAtOnce,
                in: run.scope()
            )
            if numbers.isEmpty { break }
            var next = ended
            next.rows += Int64(numbers.count)
            do {
                try await run.save(checkpoint: next.encoded()) { transaction in
                    let count = try await store.end(numbers, before: before, in: transaction)
                    guard count == numbers.count else { throw Overtaken() }
                }
            } catch is Overtaken {
                continue
            }
            ended = next
            run.report(0, "\(ended.rows) rejected rows so far")
        }
        try await run.complete(ended.encoded())
    }
}
