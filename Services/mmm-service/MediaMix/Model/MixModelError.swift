/// Why a configuration and a panel make no model.
public enum MixModelError: Error, Hashable, CustomStringConvertible {
    /// No medium's effect can be asked for.
    case noMedia
    /// A channel is configured that the panel does not have.
    case unknownChannel(String, known: [String])
    /// A prior is given for a parameter that the model does not have.
    case unknownParameter(String)
    /// A prior's numbers make no distribution.
    case improperPrior(String)
    /// A prior allows numbers that the parameter cannot be.
    case priorOutside(String, lowest: Double, highest: Double)
    /// Knots that are fewer than two, or more than periods.
    case knots(Int, periods: Int)
    /// A season without frequencies, or with one that the periods cannot show.
    case season(order: Int, largest: Int)
    /// The outcome never changes, or is nowhere above zero.
    case flatOutcome(String)
    /// A medium has no spend or units at all.
    case emptyMedium(String)
    /// A return is asked of a medium that costs nothing.
    case noSpend(String, parameter: String)
    /// A control never changes.
    case flatControl(String)
    /// Effects that differ between geos are asked for, and there is only one.
    case oneGeo
    /// Effects that differ between geos need a positive common one.
    case signedGeoEffect(String)
    /// Controls whose effects differ between geos must be standardised.
    case unscaledGeoControls
    /// Reach and frequency are known of a medium that is configured to act as others.
    case reach(String)
    /// A lift test names what the panel does not have, or numbers that say nothing.
    case lift(String, rule: String)
    /// Constants of another panel were given to scale this one.
    case otherScaling
    /// Models of outcomes cannot share how media carry over and level off.
    case unlike(String, String, rule: String)

    /// What is wrong, and what to do.
    public var description: String {
        switch self {
        case .noMedia: "the panel has no media: name at least one column of spend"
        case .unknownChannel(let name, let known):
            "channel \(name) is configured, and the panel has only \(list(known))"
        case .unknownParameter(let name):
            "a prior is given for \(name), and the model has no such parameter: look at its names"
        case .improperPrior(let name):
            "the prior of \(name) is no distribution: scales, shapes and rates must be positive, a"
                + " lower bound below the upper one, and all numbers finite"
        case .priorOutside(let name, let lowest, let highest):
            "the prior of \(name) allows numbers outside \(lowest) to \(highest): choose one whose"
                + " range lies within"
        case .knots(let count, let periods):
            "\(count) knots cannot be laid on \(periods) periods: choose from 2 to \(periods)"
        case .season(let order, let largest):
            largest < 1
                ? "a season is shorter than two periods: leave it out"
                : "a season has order \(order): choose from 1 to \(largest), for higher ones"
                    + " repeat within two periods"
        case .flatOutcome(let name):
            "the outcome \(name) never changes or is nowhere above 0: there is nothing to explain"
        case .emptyMedium(let name):
            "medium \(name) is 0 in every period: leave it out, nothing can be learnt of it"
        case .noSpend(let name, let parameter):
            "\(name) costs nothing, so that it has no \(parameter): use a prior on its coefficient"
                + " or contribution"
        case .flatControl(let name): "control \(name) never changes: leave it out"
        case .oneGeo: "effects are to differ between geos, and the panel has one geo"
        case .signedGeoEffect(let name):
            "effects of \(name) differ between geos and may be negative: choose a prior of positive"
                + " numbers"
        case .unscaledGeoControls:
            "effects of controls differ between geos: choose standardised controls"
        case .reach(let name):
            "medium \(name) has reach and frequency: choose Hill's saturation before the adstock,"
                + " or give its units instead"
        case .lift(let channel, let rule): "the lift test of \(channel) \(rule)"
        case .otherScaling:
            "the scaling constants are of a panel with other columns or geos: train a new model"
        case .unlike(let first, let other, let rule):
            "\(first) and \(other) cannot share how media carry over and level off: \(rule)"
        }
    }
}

private func list(_ names: [String]) -> String { names.prefix(20).joined(separator: ", ") }
