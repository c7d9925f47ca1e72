internal import Messages
internal import Net
internal import Postgres
internal import Taxonomy

/// What visits of a call were found to be: most of a call's came by a few ways.
///
/// It lives as long as the call, and so is of one version of the rules: nothing has to be told when
/// others are put, and a call's size bounds it as much as ``mostNotes`` does.
final class VisitMemory: Sendable {
    /// What an event has of its visit.
    struct Finding: Sendable {
        let source: String?
        let medium: String?
        let campaign: String?
        let ad: String?
        let arrival: PostgresUUID?
        let channel: StoredChannel
    }

    private let state = Locked(State())

    private struct State {
        var findings: [[UInt8]: Finding] = [:]
        /// The evidence of the latest visit: its room is used again.
        var note: [UInt8] = []
    }

    /// How many ways are kept; further ones are found out each time.
    private static let mostNotes = 2_000
    /// The most bytes of evidence of one that is kept.
    private static let largestNote = 1 << 10

    /// What is known of a visit, or else is found out.
    ///
    /// - Parameters:
    ///   - visit: as it came.
    ///   - find: finds it out.
    /// - Returns: the same as the closure for all visits with the same evidence.
    /// - Throws: what the closure throws, of which nothing is kept.
    func finding(
        of visit: IngestV1.Visit,
        _ find: () throws(RowFault) -> Finding
    ) throws(RowFault) -> Finding {
        let known = state.withLock { state -> Finding? in
            Self.write(visit, to: &state.note)
            return state.findings[state.note]
        }
        if let known { return known }
        let found = try find()
        state.withLock { state in
            Self.write(visit, to: &state.note)
            if !state.note.isEmpty, state.findings.count < Self.mostNotes {
                state.findings[state.note] = found
            }
        }
        return found
    }

    /// All that a visit says of its channel; nothing for those that are looked at each by itself.
    private static func write(_ visit: IngestV1.Visit, to note: inout [UInt8]) {
        note.removeAll(keepingCapacity: true)
        guard WebAddress.note(evidenceOf: visit.pageURL, in: &note) else {
            return note.removeAll(keepingCapacity: true)
        }
        // No text has these bytes: they say where one ends, and where the next begins.
        note.append(0xfe)
        for text in [
            visit.referrer, visit.source, visit.medium, visit.campaign, visit.campaignID,
            visit.term, visit.content,
        ] {
            note.append(contentsOf: text.utf8)
            note.append(0xff)
        }
        for id in visit.clickIDs {
            note.append(contentsOf: id.utf8)
            note.append(0xff)
        }
        if note.count > largestNote { note.removeAll(keepingCapacity: true) }
    }
}
