internal import Postgres

/// Amounts as they are written in requests.
enum Money {
    /// Reads an amount, exactly.
    ///
    /// - Parameters:
    ///   - text: digits, perhaps with a point and more digits: `59.90`.
    ///   - field: where it stands.
    /// - Returns: the amount, not negative.
    /// - Throws: a fault for anything else.
    static func amount(_ text: String, field: String) throws(RowFault) -> PostgresDecimal {
        guard
            case .number(let amount) = DecimalText.read(text, scale: 6, digitsBefore: 12),
            amount.coefficient >= 0
        else { throw fault(field) }
        return amount
    }

    private static func fault(_ field: String) -> RowFault {
        RowFault(
            field,
            "expected a number that is not negative, with at most 12 digits before the point and 6 "
                + "behind it: 59.90"
        )
    }
}
