/// How much a log record matters.
public enum LogLevel: Int, Comparable, CaseIterable, Sendable {
    /// For whoever looks for a fault in the program.
    case debug
    /// What an operator wants to know when all is well.
    case info
    /// Something went wrong that the program got over.
    case warning
    /// Something went wrong that someone has to see to.
    case error

    /// Reads the text of a level.
    ///
    /// Nil if it is anything else.
    ///
    /// - Parameter text: `debug`, `info`, `warn` or `error`.
    public init?(_ text: String) {
        guard let level = Self.allCases.first(where: { $0.text == text }) else { return nil }
        self = level
    }

    /// What a record and a configuration call it.
    public var text: String {
        switch self {
        case .debug: "debug"
        case .info: "info"
        case .warning: "warn"
        case .error: "error"
        }
    }

    /// Whether one matters less than another.
    public static func < (left: LogLevel, right: LogLevel) -> Bool {
        left.rawValue < right.rawValue
    }
}
