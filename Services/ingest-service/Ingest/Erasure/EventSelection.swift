internal import Messages
internal import Postgres
internal import RPC
internal import Telemetry
internal import Wire

/// Which events are deleted; what is nil counts for all.
struct EventSelection: Sendable {
    /// Those whose keys end so.
    var suffixes: [SharedBytes]?
    var origin: String?
    var commits: [Int64]?
    /// Those that an import brought.
    var importID: PostgresUUID?
    /// Those of persons: of visitors and of users.
    var persons: (visitors: [String], users: [String])?
    var from: UTCTimestamp?
    var to: UTCTimestamp?
    /// Only those of earlier commits.
    var beforeCommit = Int64.max
}

extension EventSelection {
    /// The stored events that a request asks for; nil if for none.
    ///
    /// - Parameters:
    ///   - request: one that has been checked.
    ///   - keys: the tenant's.
    init?(_ request: IngestV1.DeleteEventsRequest, _ keys: EventKeys) {
        if !request.batch.isEmpty { return nil }
        if !request.eventIDs.isEmpty { suffixes = request.eventIDs.map(keys.suffix) }
        origin = request.origin.presence
        if !request.commitIDs.isEmpty { commits = request.commitIDs }
        importID = PostgresUUID(request.importID)
        from = request.fromTime.flatMap { UTCTimestamp($0) }
        to = request.toTime.flatMap { UTCTimestamp($0) }
    }

    /// Those of a person that were stored before a commit.
    ///
    /// - Parameters:
    ///   - ids: all of the person's, as edges have them.
    ///   - commit: before which.
    init(ofPerson ids: [String], before commit: Int64) {
        func own(_ kind: String) -> [String] {
            ids.filter { $0.hasPrefix(kind) }.map { String($0.dropFirst(kind.count)) }
        }
        persons = (own(PersonID.visitor("")), own(PersonID.user("")))
        beforeCommit = commit
    }
}

/// Which rejected rows of events are deleted; what is nil counts for all.
struct RejectedSelection: Sendable {
    var source: String?
    var batch: PostgresUUID?
    var from: UTCTimestamp?
    var to: UTCTimestamp?
    /// Which of them, by what they came as.
    var isWanted: @Sendable (RejectedBody) -> Bool = { _ in true }
}

extension RejectedSelection {
    /// The rejected rows that a request asks for; nil if for none.
    ///
    /// - Parameter request: one that has been checked.
    init?(_ request: IngestV1.DeleteEventsRequest) {
        guard request.withRejected else { return nil }
        source = request.origin.presence
        // What an import rejects is a batch of its own.
        batch = PostgresUUID(request.batch) ?? PostgresUUID(request.importID)
        from = request.fromTime.flatMap { UTCTimestamp($0) }
        to = request.toTime.flatMap { UTCTimestamp($0) }
        guard !request.eventIDs.isEmpty else { return }
        let ids = Set(request.eventIDs)
        isWanted = { $0.eventID.map(ids.contains) ?? false }
    }

    /// Those that name a person.
    ///
    /// - Parameter ids: all of the person's, as edges have them.
    init(ofPerson ids: [String]) {
        let names = Set(ids.map { String($0.dropFirst(2)) })
        isWanted = { $0.names(anyOf: names) }
    }
}

extension IngestV1.DeleteEventsRequest {
    private static let mostIDs = 10_000
    private static let mostBytes = 512 << 10
    private static let mostCommits = 1_000

    /// Holds the request to its rules.
    ///
    /// - Throws: INVALID_ARGUMENT with a violation for each fault.
    func check() throws(RPCError) {
        var violations = FieldViolations()
        let selectors = [
            !eventIDs.isEmpty, !origin.isEmpty, !commitIDs.isEmpty, !batch.isEmpty,
            !importID.isEmpty,
        ]
        violations.check(
            selectors.count { $0 } == 1,
            "event_ids",
            "expected exactly one of event_ids, origin, commit_ids, batch and import_id"
        )
        violations.check(
            eventIDs.count <= Self.mostIDs
                && eventIDs.reduce(0) { $0 + $1.utf8.count } <= Self.mostBytes,
            "event_ids",
            "expected at most 10,000, of 512 KiB together: ask several times"
        )
        violations.check(
            eventIDs.allSatisfy { (1...200).contains($0.utf8.count) },
            "event_ids",
            "an id has 1 to 200 bytes"
        )
        violations.check(
            origin.utf8.count <= 200 && !origin.utf8.contains(0),
            "origin",
            "expected where events said that they come from"
        )
        violations.check(
            commitIDs.count <= Self.mostCommits && commitIDs.allSatisfy { $0 > 0 },
            "commit_ids",
            "expected at most 1,000 numbers as the feed tells them"
        )
        violations.check(
            batch.isEmpty || (withRejected && PostgresUUID(batch) != nil),
            "batch",
            "expected the id that rejected rows share, and with_rejected"
        )
        violations.check(
            importID.isEmpty || PostgresUUID(importID) != nil,
            "import_id",
            "expected the id of an import"
        )
        violations.check(
            commitIDs.isEmpty || !withRejected,
            "with_rejected",
            "rejected rows have no commit: name their ids, their origin, batch or import"
        )
        checkTimes(&violations)
        try violations.finish("events cannot be deleted like this")
    }

    private func checkTimes(_ violations: inout FieldViolations) {
        let (from, to) = (fromTime.map { UTCTimestamp($0) }, toTime.map { UTCTimestamp($0) })
        violations.check(from != .some(nil), "from_time", "expected a time")
        violations.check(to != .some(nil), "to_time", "expected a time")
        if case .some(.some(let from)) = from, case .some(.some(let to)) = to {
            violations.check(
                from.milliseconds < to.milliseconds,
                "to_time",
                "expected a time after from_time"
            )
        }
    }
}
