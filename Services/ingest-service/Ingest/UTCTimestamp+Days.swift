internal import Telemetry

extension UTCTimestamp {
    /// The moment so many times 24 hours after; before, if there are fewer than none.
    func adding(days: Int) -> UTCTimestamp {
        UTCTimestamp(milliseconds: milliseconds + Int64(days) * 86_400_000)
    }
}
