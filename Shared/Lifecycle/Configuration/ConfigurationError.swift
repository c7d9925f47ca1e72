/// Where a configured value comes from.
public enum ConfigurationSource: Sendable, Equatable {
    /// The declaration itself.
    case declaration
    /// A line of the configuration file, from 1.
    case file(path: String, line: Int)
    /// An environment variable.
    case environment(variable: String)
}

extension ConfigurationSource: CustomStringConvertible {
    /// As it stands in errors and in the start-up log.
    public var description: String {
        switch self {
        case .declaration: "default"
        case .file(let path, let line): "\(path):\(line)"
        case .environment(let variable): "environment \(variable)"
        }
    }
}

/// One thing that is wrong with a configuration.
public struct ConfigurationProblem: Sendable, Equatable {
    /// The kinds of problem, for those who tell them apart.
    public enum Kind: Sendable {
        /// A file, or a part of it, cannot be read.
        case unreadable
        /// A value is given twice.
        case duplicate
        /// A value is not in its form.
        case malformed
        /// A value is in its form, but too small or too large.
        case outOfRange
        /// A value that must be given is not.
        case missing
        /// A key or variable that nobody asks for.
        case unknown
        /// A value does not go with another.
        case conflicting
    }

    /// What kind of problem it is.
    public let kind: Kind
    /// The key that was declared; nil if the problem lies before any.
    public let key: String?
    /// The problem in one line; it never holds the value of a secret.
    public let text: String
}

/// Why a service does not start: everything that is wrong with its configuration.
public struct ConfigurationError: Error, Equatable {
    /// The problems: of files, then of each key as declared, then what is unknown.
    public internal(set) var problems: [ConfigurationProblem] = []

    /// How many more there are than the most that are kept.
    public internal(set) var omitted = 0

    /// The most problems that are kept.
    ///
    /// A file that is none of ours would have thousands.
    public static let most = 100

    /// Whether there is room for another problem.
    var isFull: Bool { problems.count >= Self.most }

    /// Keeps a problem, or counts it if there are too many.
    mutating func add(
        _ kind: ConfigurationProblem.Kind,
        key: String? = nil,
        _ text: @autoclosure () -> String
    ) {
        if isFull {
            omitted += 1
        } else {
            problems.append(ConfigurationProblem(kind: kind, key: key, text: text()))
        }
    }
}

extension ConfigurationError: CustomStringConvertible {
    /// All problems, each on a line of its own.
    public var description: String {
        let count = problems.count + omitted
        var lines = [
            count == 1
                ? "the configuration has a problem:" : "the configuration has \(count) problems:"
        ]
        lines += problems.map { "- \($0.text)" }
        if omitted > 0 { lines.append("- and \(omitted) more") }
        return lines.joined(separator: "\n")
    }
}
