internal import Glibc
internal import Synchronization

/// A context that can be made anew from its files while connections come in, as when certificates
/// are renewed.
///
/// Connections that exist keep the context they were made with; those that come later get the
/// ``current`` one. All of it may be used on any thread.
public final class ReloadableTLSContext: Sendable {
    /// What the context is made from.
    public let configuration: TLSConfiguration

    /// The lock guards a reference only and is never held while files are read.
    private let loaded: Mutex<TLSContext>

    /// What the files looked like just before the current context was read from them.
    ///
    /// The lock is held while files are read, so that reloads follow one another.
    private let stamps: Mutex<[FileStamp?]>

    /// Reads the files of a configuration for the first time.
    ///
    /// It blocks, as do the reloads: they are not for an event loop.
    ///
    /// - Throws: ``TLSError/configuration(file:reason:)``, naming the file at fault.
    public init(_ configuration: TLSConfiguration) throws(TLSError) {
        self.configuration = configuration
        let stamps = configuration.files.map(FileStamp.init)
        loaded = Mutex(try TLSContext(configuration))
        self.stamps = Mutex(stamps)
    }

    /// The context for the next connection.
    public var current: TLSContext {
        loaded.withLock { $0 }
    }

    /// Reads the files anew and, if they are good, makes the result the current context.
    ///
    /// - Throws: ``TLSError/configuration(file:reason:)``; the context in use stays.
    public func reload() throws(TLSError) {
        _ = try stamps.withLock { stamps throws(TLSError) in
            try replace(&stamps, unlessTheyAre: nil)
        }
    }

    /// Reloads if any file is not the one that was read: a different inode, size or time of
    /// modification.
    ///
    /// For a timer to call. Files that cannot be used are tried again by each call, so that a pair
    /// that was caught half replaced is taken by a later one.
    ///
    /// - Returns: whether there is a new context.
    /// - Throws: ``TLSError/configuration(file:reason:)``; the context in use stays.
    @discardableResult
    public func reloadIfChanged() throws(TLSError) -> Bool {
        try stamps.withLock { stamps throws(TLSError) in
            let known = stamps
            return try replace(&stamps, unlessTheyAre: known)
        }
    }

    private func replace(
        _ stamps: inout [FileStamp?],
        unlessTheyAre known: [FileStamp?]?
    ) throws(TLSError) -> Bool {
        // Before the files are read: what changes meanwhile is then seen by the next look.
        let found = configuration.files.map(FileStamp.init)
        if found == known { return false }
        let context = try TLSContext(configuration)
        loaded.withLock { $0 = context }
        stamps = found
        return true
    }
}

/// What tells one state of a file from another without reading it.
private struct FileStamp: Equatable {
    private let device: UInt64
    private let inode: UInt64
    private let size: Int
    private let seconds: Int
    private let nanoseconds: Int

    /// Looks at a file, through links; nil if there is none.
    init?(_ path: String) {
        var status = stat()
        // The call writes only to `status`.
        guard unsafe stat(path, &status) == 0 else { return nil }
        device = UInt64(status.st_dev)
        inode = UInt64(status.st_ino)
        size = status.st_size
        seconds = status.st_mtim.tv_sec
        nanoseconds = status.st_mtim.tv_nsec
    }
}
