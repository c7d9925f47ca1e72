/// Where log lines go.
public protocol LogSink: Sendable {
    /// Takes a line, without waiting for anyone; may be called by any thread.
    ///
    /// - Parameter line: a JSON object in UTF-8 and a newline, at most 16 KiB.
    func take(_ line: [UInt8])
}

/// Keeps log lines in memory, for tests.
public final class CollectingLogSink: LogSink {
    private struct State {
        var lines: [String] = []
        var dropped = 0
    }

    private let maximumLines: Int
    private let state = Monitor(State())

    /// An empty sink.
    ///
    /// - Parameter maximumLines: how many lines are kept; later ones are counted only.
    public init(maximumLines: Int = 10_000) {
        self.maximumLines = maximumLines
    }

    /// The lines taken so far, without their newlines.
    public var lines: [String] { state.withLock { $0.lines } }

    /// How many lines were not kept.
    public var droppedLines: Int { state.withLock { $0.dropped } }

    /// Keeps a line.
    public func take(_ line: [UInt8]) {
        let text = String(decoding: line.dropLast(), as: UTF8.self)
        state.withLock { state in
            if state.lines.count < maximumLines {
                state.lines.append(text)
            } else {
                state.dropped += 1
            }
        }
    }
}
