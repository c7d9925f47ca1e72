internal import Files

/// What rows are of.
enum RowKind: String, CaseIterable, Sendable {
    case event, spend, kpi, covariate
    case exchangeRate = "exchange_rate"
    case margin
    // Of files only.
    case path
    /// A row of KPIs, spend and covariates.
    case mixModel = "mix_model"

    /// The kinds that have a table of a series each.
    static let series: [RowKind] = [.spend, .kpi, .covariate, .exchangeRate, .margin]
}

/// What became of a row that was written.
enum RowOutcome: Sendable, Hashable {
    /// It was new.
    case accepted
    /// It replaced what was stored.
    case corrected
    /// It said what was stored already.
    case duplicate
    /// It is wrong.
    case rejected(RowFault)

    /// What the quarantine calls it; nil for a row that was not taken.
    var name: String? {
        switch self {
        case .accepted: "accepted"
        case .corrected: "corrected"
        case .duplicate: "duplicate"
        case .rejected: nil
        }
    }

    /// What is wrong with a row that was not taken.
    var fault: RowFault? {
        if case .rejected(let fault) = self { fault } else { nil }
    }

    /// What is wrong with a row that the quarantine keeps; nothing is kept of whom was forgotten.
    var keptFault: RowFault? { fault.flatMap { $0.reason == .forgotten ? nil : $0 } }
}

/// What is wrong with a row.
struct RowFault: Error, Hashable {
    /// Why it cannot be taken, in a word that does not change.
    let reason: Reason
    /// The field, as its contract calls it; empty if it is the whole row.
    let field: String
    /// What is wrong and what would be right, for people.
    let description: String

    /// The reasons; the raw value is what callers and tables see.
    enum Reason: Hashable, Sendable {
        /// What must be there is not.
        case missing
        /// It cannot be read as what it should be.
        case malformed
        /// It has characters that no text has.
        case controlCharacter
        case tooLong
        /// It has more digits behind the point than are kept.
        case tooPrecise
        /// It is a number or a day beyond what is taken.
        case outOfRange
        case negative
        /// It is NaN or infinite.
        case notFinite
        case unknownCurrency
        case unknownChannel
        /// It breaks a rule of its kind, which the description says.
        case invalid
        /// Two fields say what cannot be at once.
        case contradiction
        /// The row itself cannot be read any more.
        case unreadable
        /// It is of a person who was forgotten: it is refused, and kept nowhere.
        case forgotten
        /// It breaks a rule of files.
        case ofFile(Finding.Rule)

        var rawValue: String {
            switch self {
            case .missing: "missing"
            case .malformed: "malformed"
            case .controlCharacter: "control_character"
            case .tooLong: "too_long"
            case .tooPrecise: "too_precise"
            case .outOfRange: "out_of_range"
            case .negative: "negative"
            case .notFinite: "not_finite"
            case .unknownCurrency: "unknown_currency"
            case .unknownChannel: "unknown_channel"
            case .invalid: "invalid"
            case .contradiction: "contradiction"
            case .unreadable: "unreadable"
            case .forgotten: "forgotten"
            case .ofFile(let rule): rule.rawValue
            }
        }
    }

    init(_ reason: Reason, _ field: String, _ description: String) {
        self.reason = reason
        self.field = field
        self.description = description
    }
}
