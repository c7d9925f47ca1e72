internal import Postgres
public import Telemetry

/// A schedule as it stands.
public struct StoredSchedule: Sendable, Hashable {
    /// The schedule.
    public let schedule: Schedule
    /// Whether it makes no jobs at present.
    public let isPaused: Bool
    /// When it makes jobs next; nil if it never will.
    public let nextAt: UTCTimestamp?
    /// For what time it has made jobs last.
    public let lastAt: UTCTimestamp?
}
