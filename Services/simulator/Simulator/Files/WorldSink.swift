/// Takes the files of a world, one after the other.
public protocol WorldSink: ~Copyable {
    /// Why it cannot.
    associatedtype Failure: Error

    /// Begins a file; the one before is over.
    ///
    /// - Parameter path: where, below the world's folder, as `truth/orders.csv`.
    /// - Throws: why there can be no such file.
    mutating func begin(_ path: String) throws(Failure)

    /// Takes more of the file.
    ///
    /// - Parameter bytes: some hundred kilobytes at most.
    /// - Throws: why they cannot be kept.
    mutating func write(_ bytes: [UInt8]) throws(Failure)

    /// Ends the last file.
    ///
    /// - Throws: why it cannot be kept.
    mutating func end() throws(Failure)
}

/// A file that was written.
public struct WrittenFile: Hashable, Sendable {
    /// Where, below the world's folder.
    public let path: String
    /// How many rows it has, the header not among them.
    public let rows: Int
    /// What it says.
    public let meaning: String
}

/// How rows are written.
public enum TableFormat: String, CaseIterable, Sendable {
    /// A line of cells for each, below one with their names.
    case csv
    /// An object of JSON on a line for each; members that say nothing are left out.
    case ndjson
}
