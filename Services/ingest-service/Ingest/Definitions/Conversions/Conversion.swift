internal import Messages
internal import Postgres

/// What an event is as a conversion.
struct Conversion: Hashable, Sendable {
    let kind: String
    let effect: IngestV1.ConversionDefinition.Effect
    /// Whether another event of the same order is the same conversion.
    let isByOrder: Bool
    /// What it is worth; with a currency, or not at all.
    let value: PostgresDecimal?
    let currency: String?
    let orderID: String?
    /// What keeps its value from being read.
    let problem: Problem?

    /// What can be wrong with a value; the raw value is what is stored.
    enum Problem: Int16, CaseIterable, Sendable {
        case noNumber = 1
        case tooPrecise = 2
        case negative = 3
        case noValue = 4
        case noCurrency = 5
        case unknownCurrency = 6

        /// In words.
        var text: String {
            switch self {
            case .noNumber: "value is no number"
            case .tooPrecise: "value has too many digits"
            case .negative: "value is negative"
            case .noValue: "value is missing"
            case .noCurrency: "currency is missing"
            case .unknownCurrency: "currency is none"
            }
        }
    }
}
