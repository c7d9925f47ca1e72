/// The covariates that holidays are which were imported.
package enum ImportedHoliday {
    /// What their names begin with, as ingest writes them.
    private static let prefix = "holiday: "

    /// Whether a covariate is of a holiday: 1 on its days, and nothing at all on all others.
    ///
    /// - Parameter covariate: its name.
    /// - Returns: whether days without it are 0.
    package static func isOne(_ covariate: String) -> Bool { covariate.hasPrefix(prefix) }
}
