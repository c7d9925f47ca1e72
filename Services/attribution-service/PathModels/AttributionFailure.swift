/// Why there is no credit: which input breaks which rule, and what to do about it.
public enum AttributionFailure: Error, Equatable, Sendable, CustomStringConvertible {
    /// There is no model of this name.
    case unknownModel(String, known: [String])
    /// A model has no parameter of this name.
    case unknownParameter(String, model: String, known: [String])
    /// A parameter is outside its range, or no number.
    case parameterOutOfRange(String, value: Double, range: ClosedRange<Double>)
    /// The weights of positions add up to more than one.
    case weightsAboveOne(first: Double, last: Double)
    /// A count of conversions or nulls is negative, or above what sums can hold exactly.
    case countOutOfRange(field: String, count: Int)
    /// A value is no number, infinite, negative, or too large to add up.
    case valueOutOfRange(String)
    /// A value has come without a conversion that it could belong to.
    case valueWithoutConversion
    /// A path has no touch.
    case emptyPath
    /// A path has more touches than may be.
    case pathTooLong(touches: Int, most: Int)
    /// The distinct paths together have more touches than memory was promised for.
    case tableTooLarge(most: Int)
    /// There are more channels than a table or a model can take.
    case tooManyChannels(most: Int, for: String)
    /// The number of a channel that the table does not have.
    case unknownChannel(Int)
    /// The name of a channel is empty.
    case emptyChannelName
    /// The name of a channel is not in UTF-8.
    case channelNotText
    /// Times are needed, and the table has none.
    case timesMissing
    /// Times are there, and cannot be used.
    case timesUnexpected
    /// There are not as many times as touches, or a touch comes before the one that it follows.
    case timesDisordered
    /// No path of the table has a conversion.
    case noConversions
    /// Too few conversions to resample: most replicates would have none.
    case tooFewConversions(Int, least: Int)
    /// The numbers do not settle within the bound on work.
    case notSettled(model: String, steps: Int)
    /// The machine has no thread for the work.
    case noThread

    /// What is wrong, and what to do.
    public var description: String {
        switch self {
        case .unknownModel(let name, let known):
            "model: there is no '\(name)'; use one of \(known.joined(separator: ", "))"
        case .unknownParameter(let name, let model, let known):
            known.isEmpty
                ? "parameters: \(model) takes none; leave '\(name)' out"
                : "parameters: \(model) has no '\(name)'; it has \(known.joined(separator: ", "))"
        case .parameterOutOfRange(let name, let value, let range):
            "\(name): \(value) is not from \(range.lowerBound) to \(range.upperBound)"
        case .weightsAboveOne(let first, let last):
            "first, last: \(first) and \(last) are more than 1 together; make one less"
        case .valueOutOfRange(let value):
            "value: \(value) is not a number from 0 to 10^18; correct it, or net refunds off before"
        case .valueWithoutConversion:
            "value: is not 0 where conversions is 0; give the conversions that it belongs to"
        default: tableDescription
        }
    }

    private var tableDescription: String {
        switch self {
        case .countOutOfRange(let field, let count):
            "\(field): \(count) is not from 0 to 2^52 in all; correct the count"
        case .emptyPath: "path: has no touch; leave the row out"
        case .pathTooLong(let touches, let most):
            "path: has \(touches) touches, and \(most) is the most; shorten the look-back window"
        case .tableTooLarge(let most):
            "paths: have more than \(most) touches in all; take a shorter range or a coarser grain"
        case .tooManyChannels(let most, let user):
            "channels: are more than \(most), the most for \(user); group the small ones"
        case .unknownChannel(let id): "path: channel \(id) is not in the table; add its name first"
        case .emptyChannelName: "channel: has no name; give it one"
        case .channelNotText: "channel: its name is not UTF-8; say which encoding the file has"
        case .timesMissing:
            "times: are needed, and this table has none; use journeys, or a model without times"
        case .timesUnexpected:
            "times: have no use here; leave them out, or make the table with times"
        case .timesDisordered:
            "times: are one for each touch, and never go up: seconds before the journey's end"
        default: resultDescription
        }
    }

    private var resultDescription: String {
        switch self {
        case .noConversions:
            "conversions: there are none, so there is nothing to credit; take a longer range"
        case .tooFewConversions(let count, let least):
            "conversions: \(count) are too few for intervals, which need \(least)"
        case .notSettled(let model, let steps):
            "\(model): has not settled after \(steps) steps; take a longer range, a lower order or "
                + "shorter paths"
        default: "threads: the machine gives none; try again when it has less to do"
        }
    }
}
