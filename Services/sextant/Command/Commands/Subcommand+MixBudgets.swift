internal import Contracts
internal import Messages
internal import RPC
internal import Wire

// Commands on what is to be spent, by mix models.
extension Subcommand {
    static let mixBudgets = [mixOptimize, mixSimulate]

    private static let asCSV = Option(name: "--csv", meaning: "The table as CSV.")

    private static let mixOptimize = Subcommand(
        name: "mmm optimize",
        words: "[MODEL]",
        wordCount: 0...1,
        summary: "Finds what is best to be spent on which channel, by all draws of a model.",
        details: """
            MODEL is an id; the promoted model by default. Limits are of a channel, of several
            together as tv+search, and of one in a place as tv@north. The same request gives the
            same plan. --budget 120000 --unit total --min tv=20000 --max search=80% --lock radio
            """,
        options: BudgetOptions.ofBasis + BudgetOptions.ofSearch + [
            Option(
                name: "--frontier",
                value: "AMOUNTS",
                meaning: "The best plans for several budgets, as 50000,100000,150000."
            ), Option(name: "--save", value: "NAME", meaning: "Keeps the plan."),
            Option(name: "--note", value: "TEXT", meaning: "What is thought of it."), asCSV,
        ] + GatewayCall.options
    ) { context in
        var request = try BudgetOptions.search(context)
        let gateway = GatewayCall(context)
        try BudgetOptions.checkTogether(context)
        if let text = context.arguments.value("--frontier") {
            let answer = try await frontier(text, request, context, gateway)
            context.print(try answer.json(), rows: answer.rows)
            return
        }
        request.goal = try BudgetOptions.goal(context)
        let plan: MixModelV1.BudgetPlan
        if let name = context.arguments.value("--save") {
            var saving = MixModelV1.SavePlanRequest()
            (saving.name, saving.content) = (name, .optimize(request))
            saving.note = context.arguments.value("--note") ?? ""
            plan =
                try await gateway.with { connection, _ in
                    try await MixModelV1.Budgets.Client(connection)
                        .savePlan(saving, options: try gateway.options()).message.value()
                }.plan ?? .init()
            context.terminal.note("plan \(name) is kept")
        } else {
            plan = try await gateway.with { connection, _ in
                try await MixModelV1.Budgets.Client(connection)
                    .optimizeBudget(request, options: try gateway.options()).message.value()
            }
        }
        context.print(try plan.json(), rows: plan.rows, orElse: plan.text)
    }

    private static func frontier(
        _ text: String,
        _ request: MixModelV1.OptimizeBudgetRequest,
        _ context: CommandContext,
        _ gateway: GatewayCall
    ) async throws -> MixModelV1.BudgetFrontier {
        var wanted = MixModelV1.GetFrontierRequest()
        wanted.request = request
        for word in text.split(separator: ",") {
            guard let budget = Double(word), budget > 0, budget.isFinite else {
                throw CommandFailure.usage(
                    "--frontier is \(text): expected amounts, as 50000,100000,150000"
                )
            }
            wanted.budgets.append(budget)
        }
        let asked = wanted
        return try await gateway.with { connection, _ in
            try await MixModelV1.Budgets.Client(connection)
                .getFrontier(asked, options: try gateway.options()).message.value()
        }
    }

    private static let mixSimulate = Subcommand(
        name: "mmm simulate",
        words: "[MODEL]",
        wordCount: 0...1,
        summary: "Says what given spend brings, compared with what is spent now.",
        details: "What is not named is spent as it is now.",
        options: BudgetOptions.ofBasis + [
            Option(
                name: "--spend",
                value: "CHANNEL[@GEO]=AMOUNT",
                isRepeated: true,
                meaning: "What a channel gets, as tv=500, or 80% of what it has."
            ), asCSV,
        ] + GatewayCall.options
    ) { context in
        var request = MixModelV1.SimulateBudgetRequest()
        (request.basis, request.unit) = try BudgetOptions.basis(context)
        for text in context.arguments.all("--spend") {
            let limit = try BudgetLimitText("--spend", text).limit
            for channel in limit.channels {
                for geo in limit.geos.isEmpty ? [""] : limit.geos {
                    var spend = MixModelV1.SimulateBudgetRequest.Spend()
                    (spend.channel, spend.geo) = (channel, geo)
                    (spend.amount, spend.relative) = (limit.max ?? 0, limit.relative)
                    request.spend.append(spend)
                }
            }
        }
        let asked = request
        let gateway = GatewayCall(context)
        let plan = try await gateway.with { connection, _ in
            try await MixModelV1.Budgets.Client(connection)
                .simulateBudget(asked, options: try gateway.options()).message.value()
        }
        context.print(try plan.json(), rows: plan.rows, orElse: plan.text)
    }
}
