internal import Glibc

/// The system has no thread for a sink.
public struct LogSinkError: Error, Equatable, CustomStringConvertible {
    /// The code of the system.
    public let code: Int32

    /// The reason in words.
    public var description: String { "no thread can be started to write the log: error \(code)" }
}

/// Writes log lines to standard output, on a thread of its own.
///
/// Whoever logs never waits for the reader of the output: lines wait in a queue, and those that
/// find it full are dropped and counted, which a later line reports. It must be stopped: its thread
/// keeps it alive. All methods may be called by any thread.
public final class StandardOutputSink: LogSink {
    private let queue: LogQueue

    /// Starts the thread.
    ///
    /// - Parameters:
    ///   - service: the program that logs, for the line that reports drops.
    ///   - version: the version of the program.
    ///   - maximumQueuedLines: how many lines may wait, beside those that are being written.
    ///   - maximumQueuedBytes: how many bytes they may have together.
    /// - Throws: ``LogSinkError`` if the system has no more threads.
    public convenience init(
        service: String,
        version: String,
        maximumQueuedLines: Int = 8_192,
        maximumQueuedBytes: Int = 4 << 20
    ) throws(LogSinkError) {
        let queue = LogQueue(
            maximumLines: maximumQueuedLines,
            maximumBytes: maximumQueuedBytes
        )
        try self.init(service: service, version: version, descriptor: STDOUT_FILENO, queue: queue)
    }

    /// Starts the thread on any descriptor, which stays open.
    init(
        service: String,
        version: String,
        descriptor: Int32,
        queue: LogQueue,
        now: @escaping @Sendable () -> UTCTimestamp = { .now }
    ) throws(LogSinkError) {
        self.queue = queue
        let writer = LogWriter(
            service: service,
            version: version,
            descriptor: descriptor,
            queue: queue,
            now: now
        )
        let code = DetachedThread.start {
            var writer = writer
            writer.run()
        }
        if code != 0 { throw LogSinkError(code: code) }
    }

    /// Queues a line, or drops and counts it.
    public func take(_ line: [UInt8]) {
        queue.append(line)
    }

    /// How many lines were dropped: the queue was full, the sink stopped, or the output broken.
    public var droppedLines: Int { queue.droppedLines }

    /// Takes no more lines and waits until those that are queued have been written.
    ///
    /// May be called any number of times.
    ///
    /// - Parameter limit: how long to wait for whoever reads the output.
    /// - Returns: whether all have been written, or dropped by a broken output.
    @discardableResult
    public func stop(within limit: Duration = .seconds(5)) -> Bool {
        queue.stop(within: limit)
    }
}
