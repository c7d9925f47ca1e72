internal import RPC

/// A place in the feed of commits.
struct EventPlace: Hashable, Sendable {
    /// The number of a transaction, in digits: the database has no other form of it.
    let transaction: String
    let commit: Int64

    /// Before the very first.
    static let start = EventPlace(transaction: "0", commit: 0)

    init(transaction: String, commit: Int64) {
        self.transaction = transaction
        self.commit = commit
    }

    /// Reads a place as ``text`` writes it.
    ///
    /// - Parameter text: as a caller has it; empty for the start.
    /// - Throws: INVALID_ARGUMENT for any other.
    init(_ text: String) throws(RPCError) {
        if text.isEmpty {
            self = .start
            return
        }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 2, let transaction = UInt64(parts[0]), let commit = Int64(parts[1]),
            commit >= 0
        else {
            throw RPCError(.invalidArgument, "after: expected a place that an answer told")
        }
        self.init(transaction: "\(transaction)", commit: commit)
    }

    /// The place as callers have it.
    var text: String { "\(transaction)-\(commit)" }
}
