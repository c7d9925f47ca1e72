/// The covariates that holidays are which were imported.
package enum ImportedHoliday {
    /// What their names begin with, as ingest writes them.
    private static let prefix = "holiday: "

    /// Whether a covariate is of a holiday: 1 on its days, and nothing at all on all others.
    ///
    /// - Parameter covariate: its name.
    /// - Returns: whether days without it are 0.
    package static func isOne(_ covariate: String) -> Bool { covariate.hasPrefix(prefix) }

    /// What two of them are called together.
    ///
    /// - Parameters:
    ///   - first: the name of one.
    ///   - second: that of the other.
    /// - Returns: `holiday: Thanksgiving + Black Friday`, say.
    package static func joined(_ first: String, _ second: String) -> String {
        "\(first) + \(second.dropFirst(prefix.count))"
    }
}
