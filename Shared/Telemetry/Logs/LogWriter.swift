internal import Glibc

/// What a sink's thread does: it writes what is queued, and reports what was dropped.
struct LogWriter: Sendable {
    private let service: String
    private let version: String
    private let descriptor: Int32
    private let queue: LogQueue
    private let now: @Sendable () -> UTCTimestamp
    /// Whether the output ends in a part of a line, because it broke there.
    private var isMidLine = false

    init(
        service: String,
        version: String,
        descriptor: Int32,
        queue: LogQueue,
        now: @escaping @Sendable () -> UTCTimestamp
    ) {
        self.service = service
        self.version = version
        self.descriptor = descriptor
        self.queue = queue
        self.now = now
    }

    /// Writes until the queue has been stopped and is empty.
    mutating func run() {
        var isLast = false
        while !isLast {
            let batch = queue.next()
            isLast = batch.isLast
            write(batch.lines)
            report(batch.unreportedDrops)
        }
        queue.finish()
    }

    /// Writes lines, many with one call of the system.
    private mutating func write(_ lines: [[UInt8]]) {
        var piece: [UInt8] = []
        for line in lines {
            piece += line
            if piece.count >= Self.pieceSize {
                queue.noteLoss(of: linesLost(writing: piece))
                piece.removeAll(keepingCapacity: true)
            }
        }
        queue.noteLoss(of: linesLost(writing: piece))
    }

    private mutating func report(_ drops: Int) {
        guard drops > 0 else { return }
        let record = LogRecord(
            time: now(),
            level: .warning,
            message: "log lines were dropped",
            service: service,
            version: version,
            fields: ["dropped": .integer(Int64(drops))]
        )
        if linesLost(writing: record.line()) == 0 { queue.noteReport(of: drops) }
    }

    /// Writes whole lines.
    ///
    /// - Returns: how many of them the output did not take to their ends.
    private mutating func linesLost(writing lines: [UInt8]) -> Int {
        // What is left of a line must not spoil the next one.
        let newline = UInt8(ascii: "\n")
        let bytes = isMidLine ? [newline] + lines : lines
        let written = bytesWritten(of: bytes)
        if written > 0 { isMidLine = bytes[written - 1] != newline }
        let complete = bytes[..<written].count { $0 == newline }
        return bytes.count { $0 == newline } - complete
    }

    /// Writes bytes until all are written, or the output is broken.
    private func bytesWritten(of bytes: [UInt8]) -> Int {
        var done = 0
        while done < bytes.count {
            // It reads no more than there is from `done` on.
            let count = unsafe bytes.withUnsafeBytes { buffer in
                unsafe Glibc.write(
                    descriptor,
                    buffer.baseAddress.map { unsafe $0 + done },
                    buffer.count - done
                )
            }
            if count >= 0 {
                done += count
            } else if errno == EAGAIN {
                waitUntilWritable()
            } else if errno != EINTR {
                return done
            }
        }
        return done
    }

    /// Waits for room: whoever shares the output may have made it non-blocking.
    private func waitUntilWritable() {
        var watched = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        // It reads and writes the one structure it is given; an interruption is another attempt.
        _ = unsafe poll(&watched, 1, -1)
    }

    private static let pieceSize = 64 * 1_024
}
