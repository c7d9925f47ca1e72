public import Glibc

/// Which signals mean what to a service.
public struct WatchedSignals: Sendable {
    /// Ask for an orderly stop, and the second of them for an end at once.
    public var stopping: Set<Int32>
    /// Ask for certificates and the like to be read anew.
    public var reloading: Set<Int32>
    /// Are dropped, for the rest of the process's life.
    public var ignored: Set<Int32>

    /// What each signal means.
    ///
    /// By default SIGTERM, as orchestrators send, and SIGINT, from a keyboard, stop; SIGHUP
    /// reloads; SIGPIPE is ignored, as writing to a peer that is gone fails with an error too.
    ///
    /// - Parameters:
    ///   - stopping: ask for an orderly stop.
    ///   - reloading: ask for certificates and the like to be read anew.
    ///   - ignored: are dropped.
    public init(
        stopping: Set<Int32> = [SIGTERM, SIGINT],
        reloading: Set<Int32> = [SIGHUP],
        ignored: Set<Int32> = [SIGPIPE]
    ) {
        self.stopping = stopping
        self.reloading = reloading
        self.ignored = ignored
    }
}
