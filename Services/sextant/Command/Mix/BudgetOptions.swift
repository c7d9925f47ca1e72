internal import Messages

/// The options of commands on budgets.
enum BudgetOptions {
    /// What plans are of.
    static let ofBasis = [
        Option(
            name: "--unit",
            value: "total|per-period",
            meaning: "What amounts of money count; it must be said."
        ),
        Option(name: "--periods", value: "COUNT", meaning: "How long plans are; 4."),
        Option(name: "--kpi", value: "NAME", meaning: "Whose promoted model it is, without MODEL."),
        Option(name: "--by-geo", meaning: "Money is divided among places too."),
        Option(
            name: "--geo",
            value: "NAME",
            isRepeated: true,
            meaning: "A place that is planned for; all by default."
        ),
        Option(
            name: "--window",
            value: "COUNT",
            meaning: "How many of the last periods say what is spent now; those of a year."
        ),
        Option(
            name: "--without-past",
            meaning: "Nothing carries over from what was spent before."
        ),
        Option(name: "--draws", value: "COUNT", meaning: "How many draws are looked at; 400."),
        Option(name: "--interval", value: "SHARE", meaning: "The probability of intervals; 0.9."),
    ]

    /// What is sought, and within which limits.
    static let ofSearch =
        goals
        + [
            limit("--min", "AMOUNT", "The least of a channel, as tv=500, or 80% of what it has."),
            limit("--max", "AMOUNT", "The most; of several together as tv+search=9000."),
            limit("--lock", "AMOUNT", "Exactly this; as it is without =AMOUNT."),
            limit("--period-min", "AMOUNT", "The least of each single period."),
            limit("--period-max", "AMOUNT", "The most of each single period."),
            Option(name: "--flighted", meaning: "Each period gets what is best for it."),
            Option(
                name: "--less-deviations",
                value: "COUNT",
                meaning: "Counts outcomes by their mean less so many standard deviations."
            ),
            Option(
                name: "--worst-share",
                value: "SHARE",
                meaning: "Counts outcomes by the mean of this share of them, the worst."
            ),
            Option(name: "--seed", value: "NUMBER", meaning: "Chooses where searches start; 0."),
        ]

    private static let goals = [
        Option(name: "--budget", value: "AMOUNT", meaning: "What is to be spent."),
        Option(
            name: "--target-roi",
            value: "RATE",
            meaning: "Instead: the most outcome that is worth so many times its money."
        ),
        Option(
            name: "--target-mroi",
            value: "RATE",
            meaning: "Instead: until the next unit of money brings only so much."
        ),
        Option(
            name: "--target-kpi",
            value: "AMOUNT",
            meaning: "Instead: the least money that brings this outcome."
        ),
    ]

    private static func limit(_ name: String, _ value: String, _ meaning: String) -> Option {
        Option(
            name: name,
            value: "CHANNEL[@GEO]=\(value)",
            isRepeated: true,
            meaning: meaning
        )
    }

    /// What plans are of.
    ///
    /// - Parameter context: the command's; its first word may name a model.
    /// - Returns: that, and what amounts count.
    /// - Throws: ``CommandFailure`` for what is no number, and without a unit.
    static func basis(
        _ context: CommandContext
    ) throws(CommandFailure) -> (MixModelV1.BudgetBasis, MixModelV1.BudgetUnit) {
        let arguments = context.arguments
        let unit: MixModelV1.BudgetUnit
        switch arguments.value("--unit") {
        case "total": unit = .total
        case "per-period": unit = .perPeriod
        case let text:
            throw .usage(
                (text.map { "--unit is \($0)" } ?? "--unit is missing")
                    + ": expected total or per-period, which amounts of money count"
            )
        }
        var basis = MixModelV1.BudgetBasis()
        basis.modelID = context.word(0) ?? ""
        basis.kpi = arguments.value("--kpi") ?? ""
        basis.periods = Int32(try arguments.number("--periods", in: 1...208) ?? 4)
        basis.byGeo = arguments.has("--by-geo")
        basis.geos = arguments.all("--geo")
        basis.window = Int32(try arguments.number("--window", in: 1...100_000) ?? 0)
        basis.withoutPast = arguments.has("--without-past")
        basis.draws = Int32(try arguments.number("--draws", in: 1...10_000) ?? 0)
        basis.intervalProbability = try arguments.decimal("--interval") ?? 0
        return (basis, unit)
    }

    /// What is sought, but for the goal.
    ///
    /// - Parameter context: the command's.
    /// - Returns: the request.
    /// - Throws: ``CommandFailure`` for what is no number, and without a unit.
    static func search(
        _ context: CommandContext
    ) throws(CommandFailure) -> MixModelV1.OptimizeBudgetRequest {
        let arguments = context.arguments
        var request = MixModelV1.OptimizeBudgetRequest()
        (request.basis, request.unit) = try basis(context)
        request.flighted = arguments.has("--flighted")
        let deviations = try arguments.decimal("--less-deviations")
        let share = try arguments.decimal("--worst-share")
        guard deviations == nil || share == nil else {
            throw .usage("--less-deviations and --worst-share are given; expected one")
        }
        request.caution = deviations.map { .lessDeviations($0) } ?? share.map { .worstShare($0) }
        request.seed = try AttributionOptions.seed(context)
        for option in ["--min", "--max", "--lock", "--period-min", "--period-max"] {
            for text in arguments.all(option) {
                request.limits.append(try BudgetLimitText(option, text).limit)
            }
        }
        return request
    }

    /// Refuses options that mean nothing beside each other.
    ///
    /// - Parameter context: the command's.
    /// - Throws: ``CommandFailure`` for them.
    static func checkTogether(_ context: CommandContext) throws(CommandFailure) {
        let arguments = context.arguments
        if arguments.value("--frontier") != nil {
            for name in goals.map(\.name) + ["--save"] where arguments.value(name) != nil {
                throw .usage("--frontier and \(name) are given; expected one")
            }
        }
        if arguments.value("--note") != nil && arguments.value("--save") == nil {
            throw .usage("--note is of a plan that is kept: expected --save NAME too")
        }
    }

    /// What is sought.
    ///
    /// - Parameter context: the command's.
    /// - Returns: the goal.
    /// - Throws: ``CommandFailure`` unless exactly one is given.
    static func goal(
        _ context: CommandContext
    ) throws(CommandFailure) -> MixModelV1.OptimizeBudgetRequest.Goal {
        var found: [MixModelV1.OptimizeBudgetRequest.Goal] = []
        let arguments = context.arguments
        if let amount = try arguments.decimal("--budget") { found.append(.budget(amount)) }
        if let rate = try arguments.decimal("--target-roi") { found.append(.returnOnSpend(rate)) }
        if let rate = try arguments.decimal("--target-mroi") { found.append(.marginalReturn(rate)) }
        if let amount = try arguments.decimal("--target-kpi") { found.append(.outcome(amount)) }
        guard found.count == 1 else {
            throw .usage(
                "expected one of \(goals.map(\.name).joined(separator: ", ")); "
                    + "\(found.count) are given"
            )
        }
        return found[0]
    }
}

/// A limit as it is written: `tv+search@north=80%`.
struct BudgetLimitText {
    /// What it says.
    let limit: MixModelV1.BudgetLimit

    /// Reads a limit.
    ///
    /// - Parameters:
    ///   - option: its option, as `--min`.
    ///   - text: its value.
    /// - Throws: ``CommandFailure`` for another text.
    init(_ option: String, _ text: String) throws(CommandFailure) {
        var limit = MixModelV1.BudgetLimit()
        let sign = text.lastIndex(of: "=")
        let names = text[..<(sign ?? text.endIndex)].split(separator: "@", maxSplits: 1)
        limit.channels = (names.first ?? "").split(separator: "+").map(String.init)
        if names.count > 1 { limit.geos = names[1].split(separator: "+").map(String.init) }
        var number = 1.0
        limit.relative = true
        if let sign {
            var words = text[text.index(after: sign)...]
            limit.relative = words.last == "%"
            if limit.relative { words.removeLast() }
            guard let found = Double(words), found.isFinite, found >= 0 else {
                throw .usage("\(option) is \(text): expected CHANNEL=AMOUNT, as tv=500 or tv=80%")
            }
            number = limit.relative ? found / 100 : found
        }
        guard !limit.channels.isEmpty, sign != nil || option == "--lock" else {
            throw .usage("\(option) is \(text): expected CHANNEL=AMOUNT, as tv=500 or tv=80%")
        }
        switch option {
        case "--lock": limit.lock = number
        case "--min", "--period-min": limit.min = number
        default: limit.max = number
        }
        limit.eachPeriod = option.hasPrefix("--period")
        self.limit = limit
    }
}

extension ParsedArguments {
    /// A finite number from 0 of an option; nil if it is not given.
    ///
    /// - Parameter name: of the option.
    /// - Returns: the number.
    /// - Throws: ``CommandFailure`` for another text.
    func decimal(_ name: String) throws(CommandFailure) -> Double? {
        guard let text = value(name) else { return nil }
        guard let number = Double(text), number.isFinite, number >= 0 else {
            throw .usage("\(name) is \(text): expected a number from 0, as 120000 or 1.5")
        }
        return number
    }
}
