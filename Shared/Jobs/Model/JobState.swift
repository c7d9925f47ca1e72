internal import Postgres

/// Where a job is on its way.
///
/// blocked → queued or scheduled → running → done, dead or cancelled; from running back to
/// retryable if it failed, or if its worker was lost.
public enum JobState: String, Sendable, Hashable, CaseIterable {
    /// Other jobs must be done before.
    case blocked
    /// It may start at any moment.
    case queued
    /// It will start at a time to come.
    case scheduled
    /// A worker has it.
    case running
    /// It has been tried, and will be again.
    case retryable
    /// It has succeeded.
    case done
    /// It has failed for good, until someone has it tried again.
    case dead
    /// It was not to be done any more.
    case cancelled

    /// Whether nothing more happens by itself.
    public var isOver: Bool {
        switch self {
        case .done, .dead, .cancelled: true
        case .blocked, .queued, .scheduled, .running, .retryable: false
        }
    }

    /// What is stored: of the three that wait the other columns tell which it is.
    enum Stored: String, PostgresDecodable {
        case blocked, waiting, running, done, dead, cancelled

        static func canRead(_ type: PostgresType) -> Bool { String.canRead(type) }
        static func read(_ bytes: RawSpan, as type: PostgresType) -> Self? {
            String.read(bytes, as: type).flatMap(Self.init)
        }
    }

    init(_ stored: Stored, attempts: Int, isDue: Bool) {
        self =
            switch stored {
            case .blocked: .blocked
            case .waiting: attempts > 0 ? .retryable : isDue ? .queued : .scheduled
            case .running: .running
            case .done: .done
            case .dead: .dead
            case .cancelled: .cancelled
            }
    }
}
