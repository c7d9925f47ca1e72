/// One declared value: what it means, and what it is.
struct ConfigurationSetting: Sendable {
    /// What holds if nobody gives a value.
    enum Absence: Sendable, Equatable {
        /// The service does not start.
        case refused
        /// There is no value.
        case allowed
        /// The value of this text.
        case replaced(by: String)
    }

    let key: String
    let variable: String
    /// What a text must be, with its unit.
    let expectation: String
    let absence: Absence
    let isSecret: Bool
    /// What the value means.
    let sentence: String

    /// The value as it is printed, nil if there is none.
    var value: String?
    var source = ConfigurationSource.declaration
}

extension ConfigurationSetting {
    /// The setting as `--help` shows it.
    var help: String {
        let expected = (expectation.first?.uppercased() ?? "") + expectation.dropFirst()
        var lines = ["\(key)  (\(variable))", "    \(sentence)", "    \(expected)."]
        if isSecret {
            lines.append(
                "    \(key)_file (\(variable)_FILE) may name a file that holds it instead."
            )
        }
        switch absence {
        case .refused: lines.append("    Must be given.")
        case .allowed: lines.append("    May be left out.")
        case .replaced(let text): lines.append("    Default: \(text.isEmpty ? "empty" : text)")
        }
        return lines.joined(separator: "\n")
    }

    /// The setting as the start-up log shows it.
    var line: String {
        guard let value else { return "\(key) is not set" }
        return "\(key) = \(isSecret ? Secret.mask : excerpt(value)) (\(source))"
    }
}
