internal import Messages
internal import PathModels
internal import RPC
internal import Wire

/// What is to be run: a request that has been checked.
struct ModelPlan: Sendable {
    /// A model with its numbers.
    struct Choice: Sendable {
        /// What requests call it.
        let name: String
        /// All its numbers, in the order in which the catalogue has them.
        let parameters: [(name: String, value: Double)]
        let model: any AttributionModel

        /// Whether it says nothing without the times of touches.
        var needsTimes: Bool {
            model is AdditiveHazard || (model as? any PathRule)?.times == .needed
        }
    }

    let choices: [Choice]
    let transforms: [PathTransform]
    /// Nil for no intervals.
    let bootstrap: Bootstrap?
    let seed: UInt64
    /// How credit of touches is booked; nil for no booking.
    let booking: AttributionV1.Booking?
    /// How many states of chains are told; 0 for none.
    let transitionStates: Int

    /// Whether one of the models says nothing without the times of touches.
    var needsTimes: Bool { choices.contains(where: \.needsTimes) }

    /// The models of a request that names none.
    private static let usual = [
        "first", "last", "linear", "position", "data_driven", "markov", "shapley",
    ]
    /// What says nothing of where somebody came from, as files write it.
    static let usualDirect = ["direct", "(direct)", "Direct", "DIRECT"]
    private static let mostModels = 20
    private static let replicates = 20...1_000

    /// Checks a request.
    ///
    /// - Parameters:
    ///   - request: what is asked for.
    ///   - isByTouch: whether the credit of each touch is told.
    /// - Throws: INVALID_ARGUMENT with what is wrong; `AttributionFailure` of a model's numbers.
    init(_ request: AttributionV1.RunModelsRequest, isByTouch: Bool = false) throws {
        var violations = FieldViolations()
        violations.check(
            request.model.isEmpty || request.models.isEmpty,
            "model",
            "expected one model here, or some in models"
        )
        violations.check(
            request.models.count <= Self.mostModels,
            "models",
            "expected at most \(Self.mostModels)"
        )
        let replicates = Int(request.replicates ?? 200)
        violations.check(
            replicates == 0 || Self.replicates.contains(replicates),
            "replicates",
            "expected 20 to 1,000, or 0 for no intervals"
        )
        let level = request.level ?? 0.9
        violations.check(Bootstrap.levels.contains(level), "level", "expected 0.5 to 0.99")
        violations.check(
            request.directChannels.count <= 100,
            "direct_channels",
            "expected at most 100"
        )
        violations.check(
            (0...Int32(AttributionV1.TransitionMatrix.mostStates))
                .contains(request.transitionStates),
            "transition_states",
            "expected 1 to \(AttributionV1.TransitionMatrix.mostStates), or 0 for none"
        )
        if let booking = request.booking { violations.check(booking, of: request) }
        if request.booking != nil || isByTouch {
            violations.check(
                request.transforms.allSatisfy { $0.kind != .frequency },
                "transforms",
                "expected no KIND_FREQUENCY where credit is of touches: how often a channel came "
                    + "is of none of them"
            )
        }
        try violations.finish("the models cannot be run")
        booking = request.booking
        transitionStates = Int(request.transitionStates)
        seed = request.seed
        transforms = try [PathTransform](request.transforms)
        bootstrap =
            replicates == 0 ? nil : try Bootstrap(seed: seed, replicates: replicates, level: level)
        var settings = ModelSettings()
        settings.direct = request.directChannels
        if settings.direct.isEmpty { settings.direct = Self.usualDirect }
        settings.seed = seed
        var wanted = request.models
        if wanted.isEmpty {
            let names = request.model.isEmpty ? Self.usual : [request.model]
            wanted = names.map { name in
                var choice = AttributionV1.ModelChoice()
                choice.name = name
                return choice
            }
        }
        choices = try wanted.map { try Choice($0, settings) }
    }
}

extension FieldViolations {
    fileprivate mutating func check(
        _ booking: AttributionV1.Booking,
        of request: AttributionV1.RunModelsRequest
    ) {
        check(
            (0...2).contains(booking.date.rawValue),
            "booking.date",
            "expected one that there is"
        )
        check(
            request.journeys != nil,
            "booking",
            "expected journeys too: imported paths have no days"
        )
    }
}

extension ModelPlan.Choice {
    fileprivate init(_ choice: AttributionV1.ModelChoice, _ settings: ModelSettings) throws {
        let given = Dictionary(choice.parameters.map { ($0.key, $0.value) }) { $1 }
        let model = try ModelCatalogue.model(
            choice.name,
            parameters: given,
            settings: settings
        )
        let kind = ModelCatalogue.kinds.first { $0.name == model.name }
        self.model = model
        name = model.name
        parameters = (kind?.parameters ?? []).map { ($0.name, given[$0.name] ?? $0.usual) }
    }
}

extension [PathTransform] {
    /// What a request asks for.
    ///
    /// - Parameter transforms: as they were sent.
    /// - Throws: INVALID_ARGUMENT if something is missing, or there are more than ten.
    init(_ transforms: [AttributionV1.PathTransform]) throws(RPCError) {
        var violations = FieldViolations()
        violations.check(transforms.count <= 10, "transforms", "expected at most 10")
        try violations.finish("the paths cannot be transformed")
        self = try transforms.map { transform throws(RPCError) in try PathTransform(transform) }
    }

    /// What is left of journeys after all of them, one after the other.
    func apply(to table: PathTable) throws(AttributionFailure) -> PathTable {
        var table = table
        for transform in self { table = try transform.apply(to: table) }
        return table
    }
}

extension PathTransform {
    fileprivate init(_ transform: AttributionV1.PathTransform) throws(RPCError) {
        var violations = FieldViolations()
        switch transform.kind {
        case .removeIfLast, .remove:
            violations.check(
                !transform.channel.isEmpty,
                "transforms.channel",
                "expected the channel that is left out"
            )
        case .cap:
            violations.check(
                (1...10_000).contains(transform.most),
                "transforms.most",
                "expected 1 to 10,000"
            )
        case .unspecified, .exposure, .first, .frequency: break
        default:
            violations.check(false, "transforms.kind", "expected one of the kinds that there are")
        }
        try violations.finish("the paths cannot be transformed")
        self =
            switch transform.kind {
            case .exposure: .exposure
            case .first: .first
            case .frequency: .frequency
            case .cap: .cap(Int(transform.most))
            case .removeIfLast: .removeIfLastAndNotAll(transform.channel)
            case .remove: .removeIfNotAll(transform.channel)
            default: .unique
            }
    }
}
