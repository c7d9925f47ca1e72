/// Why there is no plan: which numbers clash, and what to do about it.
public enum BudgetRefusal: Error, Equatable, Sendable, CustomStringConvertible {
    /// A field of the request breaks a rule, which says what to do.
    case badRequest(field: String, rule: String)
    /// The least of a line or group is above its most.
    case limitsCross(name: String, least: Double, most: Double, unit: String)
    /// The lines of a group must spend more together than the group may.
    case groupTooSmall(group: String, most: Double, needed: Double, unit: String)
    /// The lines of a group may not spend as much together as the group must.
    case groupTooLarge(group: String, least: Double, possible: Double, unit: String)
    /// Lines and groups must spend more than the budget.
    case budgetTooSmall(budget: Double, needed: Double, of: [String], unit: String)
    /// Lines and groups may not spend as much as the budget.
    case budgetTooLarge(budget: Double, possible: Double, of: [String], unit: String)
    /// No plan keeps the limits of all groups at once.
    case limitsContradict(groups: [String])
    /// A line may spend without end, and no budget bounds it.
    case noMost(line: String)
    /// No plan reaches the outcome.
    case outcomeUnreachable(wanted: Double, best: Double)
    /// No plan has so high a return.
    case returnUnreachable(wanted: Double, best: Double)
    /// Not even the first unit of money beyond the least amounts brings so much.
    case marginalReturnUnreachable(wanted: Double, best: Double, line: String)
    /// A draw of the model is not a finite number.
    case draws(of: String)
    /// What a unit of money buys of a line is not known.
    case noPrice(line: String)
    /// The search broke down wherever it started.
    case searchFailed(String)

    /// What is wrong, and what to do.
    public var description: String {
        switch self {
        case .badRequest(let field, let rule): "\(field): \(rule)"
        case .limitsCross(let name, let least, let most, let unit):
            "\(name): its least, \(least.sixDigits) \(unit), is above its most, \(most.sixDigits); "
                + "lower the one or raise the other"
        case .groupTooSmall(let group, let most, let needed, let unit):
            "\(group): may spend at most \(most.sixDigits) \(unit), but the least amounts of its "
                + "channels are \(needed.sixDigits) together; raise the one or lower the others"
        case .groupTooLarge(let group, let least, let possible, let unit):
            "\(group): must spend at least \(least.sixDigits) \(unit), but its channels may spend "
                + "only \(possible.sixDigits) together; lower the one or raise the others"
        case .noMost(let line):
            "\(line): has no highest amount, and no budget bounds it; say the most it may spend"
        case .limitsContradict(let groups):
            "groups: no plan keeps the limits of \(groups.joined(separator: ", ")) at once; "
                + "loosen one of them"
        case .draws(let name):
            "\(name): a draw of the model gives an outcome that is no number; train the model again"
        case .noPrice(let line):
            "\(line): no spend and amount is known to tell what a unit of money buys; leave the "
                + "channel out"
        case .searchFailed(let reason):
            "the search found no plan: \(reason); check the model's draws and the limits"
        default: moneyDescription
        }
    }

    private var moneyDescription: String {
        switch self {
        case .budgetTooSmall(let budget, let needed, let names, let unit):
            "budget: \(budget.sixDigits) \(unit) is less than the \(needed.sixDigits) that "
                + "\(names.joined(separator: ", ")) must spend at least; raise the budget by "
                + "\((needed - budget).sixDigits) or lower the least amounts"
        case .budgetTooLarge(let budget, let possible, let names, let unit):
            "budget: \(budget.sixDigits) \(unit) is more than the \(possible.sixDigits) that "
                + "\(names.joined(separator: ", ")) may spend at most; lower the budget by "
                + "\((budget - possible).sixDigits) or raise the highest amounts"
        case .outcomeUnreachable(let wanted, let best):
            "goal: no plan within the limits brings \(wanted.sixDigits); the best brings "
                + "\(best.sixDigits); lower the goal or raise the highest amounts"
        case .returnUnreachable(let wanted, let best):
            "goal: no plan within the limits returns \(wanted.sixDigits) times its money; the best "
                + "returns \(best.sixDigits); lower the goal or the least amounts"
        case .marginalReturnUnreachable(let wanted, let best, let line):
            "goal: no channel returns \(wanted.sixDigits) for the next unit of money; the best is "
                + "\(line) with \(best.sixDigits) at its least amount; lower the goal"
        default: ""
        }
    }
}
