/// Makes log records and gives them to a sink, one line each.
///
/// It is a value: a copy with more fields is what a request or a job logs with. What it does before
/// it returns is bounded: making the line, and a lock held for as long as it takes to queue it.
public struct Logger: Sendable {
    /// Records that matter less are not made.
    public var level: LogLevel
    /// What all its records say beside their messages.
    public var fields = LogFields()

    /// The program that logs.
    public let service: String
    /// The version of the program.
    public let version: String

    private let sink: any LogSink
    private let now: @Sendable () -> UTCTimestamp

    /// A logger without fields.
    ///
    /// - Parameters:
    ///   - service: the program that logs.
    ///   - version: the version of the program.
    ///   - level: records that matter less are not made.
    ///   - sink: where the lines go.
    ///   - now: the clock.
    public init(
        service: String,
        version: String,
        level: LogLevel = .info,
        sink: any LogSink,
        now: @escaping @Sendable () -> UTCTimestamp = { .now }
    ) {
        self.service = service
        self.version = version
        self.level = level
        self.sink = sink
        self.now = now
    }

    /// Logs a record, unless it matters too little.
    ///
    /// - Parameters:
    ///   - level: how much it matters.
    ///   - message: what happened, in the same words each time; what differs goes into fields.
    ///   - fields: what this record says beside it; they count before the logger's own.
    public func log(
        _ level: LogLevel,
        _ message: @autoclosure () -> String,
        _ fields: @autoclosure () -> LogFields = LogFields()
    ) {
        guard level >= self.level else { return }
        let record = LogRecord(
            time: now(),
            level: level,
            message: message(),
            service: service,
            version: version,
            fields: self.fields.merging(fields())
        )
        sink.take(record.line())
    }

    /// Logs what helps to find a fault in the program; see ``log(_:_:_:)``.
    public func debug(
        _ message: @autoclosure () -> String,
        _ fields: @autoclosure () -> LogFields = LogFields()
    ) {
        log(.debug, message(), fields())
    }

    /// Logs what an operator wants to know when all is well; see ``log(_:_:_:)``.
    public func info(
        _ message: @autoclosure () -> String,
        _ fields: @autoclosure () -> LogFields = LogFields()
    ) {
        log(.info, message(), fields())
    }

    /// Logs what went wrong and was got over; see ``log(_:_:_:)``.
    public func warning(
        _ message: @autoclosure () -> String,
        _ fields: @autoclosure () -> LogFields = LogFields()
    ) {
        log(.warning, message(), fields())
    }

    /// Logs what went wrong and someone has to see to; see ``log(_:_:_:)``.
    public func error(
        _ message: @autoclosure () -> String,
        _ fields: @autoclosure () -> LogFields = LogFields()
    ) {
        log(.error, message(), fields())
    }

    // MARK: Loggers with more fields

    /// A logger that says more.
    ///
    /// - Parameter fields: count before those it has.
    /// - Returns: a copy.
    public func with(_ fields: LogFields) -> Logger {
        var logger = self
        logger.fields = self.fields.merging(fields)
        return logger
    }

    /// A logger whose records belong to a span.
    ///
    /// - Parameter context: the trace and the span.
    /// - Returns: a copy.
    public func with(_ context: TraceContext) -> Logger {
        var logger = self
        logger.fields.traceID = context.traceID
        logger.fields.spanID = context.spanID
        return logger
    }
}
