public import Messages
public import Telemetry

extension GoogleProtobuf.Timestamp {
    /// The message of a moment.
    public init(_ time: UTCTimestamp) {
        self.init()
        let milliseconds = time.milliseconds
        // Nanoseconds count forward, also before 1970.
        seconds = (milliseconds >= 0 ? milliseconds : milliseconds - 999) / 1_000
        nanos = Int32(milliseconds - seconds * 1_000) * 1_000_000
    }
}

extension UTCTimestamp {
    /// The moment of a message, to the millisecond below; nil for one that no message may hold.
    ///
    /// Source: `google/protobuf/timestamp.proto`: from the year 1 to 9999.
    public init?(_ message: GoogleProtobuf.Timestamp) {
        guard (-62_135_596_800...253_402_300_799).contains(message.seconds),
            (0..<1_000_000_000).contains(message.nanos)
        else { return nil }
        self.init(
            milliseconds: message.seconds * 1_000 + Int64(message.nanos / 1_000_000)
        )
    }
}

extension GoogleProtobuf.Duration {
    /// The message of a duration, to the nanosecond towards zero.
    public init(_ duration: Duration) {
        self.init()
        let (seconds, attoseconds) = duration.components
        self.seconds = seconds
        nanos = Int32(attoseconds / 1_000_000_000)
    }
}

extension Duration {
    /// The duration of a message; nil for one that no message may hold.
    ///
    /// Source: `google/protobuf/duration.proto`: some 10,000 years, and both parts of one sign.
    public init?(_ message: GoogleProtobuf.Duration) {
        let (seconds, nanos) = (message.seconds, message.nanos)
        guard (-315_576_000_000...315_576_000_000).contains(seconds),
            (-999_999_999...999_999_999).contains(nanos),
            seconds == 0 || nanos == 0 || (seconds < 0) == (nanos < 0)
        else { return nil }
        self = .seconds(seconds) + .nanoseconds(Int64(nanos))
    }
}
