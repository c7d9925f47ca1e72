internal import Crypto
internal import Postgres
internal import Telemetry
internal import Wire

/// A row that could not be taken, whole.
struct RejectedRow: Sendable {
    /// What it was to be.
    let kind: RowKind
    /// How its bytes are to be read.
    let form: Form
    /// The row as it came; at most ``mostBytes``.
    let body: SharedBytes
    /// Why it was rejected.
    let fault: RowFault
    /// Its place among those that came with it, from 0.
    let row: Int
    /// Where it begins in a file.
    var byteOffset: Int64 = 0

    /// What tells it from all others that came from somewhere: of the row and its place.
    func digest(from source: String) -> [UInt8] {
        var hash = SHA256()
        // No part but the last has a NUL, so that no two rows give the same bytes.
        let place = "\(kind.rawValue)\0\(source)\0\(row)\0\(byteOffset)\0\(form.messageType)\0"
        hash.update(Array(place.utf8).rawBytes)
        hash.update(body.bytes)
        return hash.finish().bytes
    }

    /// The most bytes that a row may have; readers of files refuse longer lines before.
    static let mostBytes = 16 << 20

    /// The forms of rows.
    enum Form: Sendable, Hashable {
        /// A message of a type, by its full name.
        case protobuf(String)
        case json
        /// A line of a file.
        case line

        /// Empty for what is no message.
        var messageType: String {
            if case .protobuf(let type) = self { type } else { "" }
        }
    }
}

/// A rejected row as it lies in the quarantine.
struct QuarantinedRow: Sendable {
    let number: Int64
    let kind: RowKind
    let form: RejectedRow.Form
    /// Nil if it is too long to be shown among others.
    let body: SharedBytes?
    let reason: String
    let field: String
    let description: String
    let source: String
    let row: Int64
    let byteOffset: Int64
    let batch: PostgresUUID
    let rejectTime: UTCTimestamp
    let state: State
    let outcome: String
    let replays: Int32
    let settleTime: UTCTimestamp?

    /// When something became of it last: how long it is kept counts from then.
    var lastTime: UTCTimestamp {
        let settled = settleTime ?? rejectTime
        return settled.milliseconds > rejectTime.milliseconds ? settled : rejectTime
    }

    /// Where a row stands; the raw value is the table's.
    enum State: String, CaseIterable, Sendable {
        case waiting, replayed, discarded
    }
}

/// Which rejected rows; what is empty or nil counts for all.
struct RejectedRowFilter: Sendable {
    var kind = ""
    var reason = ""
    var field = ""
    var source = ""
    var batch: PostgresUUID?
    var state: QuarantinedRow.State?
}
