/// A number that a model takes.
public struct ModelParameter: Equatable, Sendable {
    /// What requests call it.
    public let name: String
    /// What it may be.
    public let range: ClosedRange<Double>
    /// What it is if nobody says.
    public let usual: Double
    /// Whether only whole numbers are among the range.
    public let isWhole: Bool

    init(_ name: String, _ range: ClosedRange<Double>, usual: Double, isWhole: Bool = false) {
        self.name = name
        self.range = range
        self.usual = usual
        self.isWhole = isWhole
    }
}

/// A kind of model: its names and its parameters, and how it is made of them.
public struct ModelKind: Sendable {
    /// What requests call it.
    public let name: String
    /// Other names of it.
    public let aliases: [String]
    /// What it does, in half a sentence.
    public let summary: String
    /// The numbers that it takes.
    public let parameters: [ModelParameter]
    /// What else it can be told.
    typealias Make =
        @Sendable ([String: Double], ModelSettings) throws(AttributionFailure) ->
        any AttributionModel
    let make: Make
}

/// What a model can be told beside numbers.
public struct ModelSettings: Equatable, Sendable {
    /// The names of channels that say nothing of where somebody came from.
    public var direct = ["direct"]
    /// What sampled models draw from.
    public var seed: UInt64 = 0

    /// The usual settings.
    public init() {}
}

/// All models by name.
public enum ModelCatalogue {
    /// The kinds of models, the simplest first.
    public static let kinds = simple + weighted + global

    /// A model.
    ///
    /// - Parameters:
    ///   - name: its name or an alias, in any case.
    ///   - parameters: numbers by name; those that are left out are as usual.
    ///   - settings: what else it is told.
    /// - Returns: the model.
    /// - Throws: ``AttributionFailure``, if there is no such model or parameter, or a number is out
    ///   of range.
    public static func model(
        _ name: String,
        parameters: [String: Double] = [:],
        settings: ModelSettings = ModelSettings()
    ) throws(AttributionFailure) -> any AttributionModel {
        let wanted = name.lowercased()
        let found = kinds.first { $0.name == wanted || $0.aliases.contains(wanted) }
        guard let kind = found else { throw .unknownModel(name, known: kinds.map(\.name)) }
        var numbers: [String: Double] = [:]
        for parameter in kind.parameters { numbers[parameter.name] = parameter.usual }
        for (name, value) in parameters.sorted(by: { $0.key < $1.key }) {
            guard let parameter = kind.parameters.first(where: { $0.name == name }) else {
                throw .unknownParameter(
                    name,
                    model: kind.name,
                    known: kind.parameters.map(\.name)
                )
            }
            let isWhole = !parameter.isWhole || value.rounded() == value
            guard parameter.range.contains(value), isWhole else {
                throw .parameterOutOfRange(name, value: value, range: parameter.range)
            }
            numbers[name] = value
        }
        return try kind.make(numbers, settings)
    }

    private static let simple = [
        kind("first", ["first_touch", "first_click"], "all to the first touch") { _, _ in
            FirstTouch()
        },
        kind("last", ["last_touch", "last_click"], "all to the last touch") { _, _ in
            LastTouch()
        },
        kind("last_non_direct", [], "all to the last touch that is not direct") { _, settings in
            LastNonDirect(direct: settings.direct)
        },
        kind("linear", ["linear_touch"], "the same to each touch") { _, _ in Linear() },
    ]

    private static let weighted = [
        kind(
            "decay",
            ["time_decay"],
            "half as much for each half-life before the last touch",
            [ModelParameter("half_life", TimeDecay.halfLives, usual: 604_800)]
        ) { numbers, _ throws(AttributionFailure) in
            try TimeDecay(halfLife: numbers["half_life", default: 604_800])
        },
        kind(
            "position",
            ["position_based", "u"],
            "most to the first and to the last touch",
            [
                ModelParameter("first", 0...1, usual: 0.4),
                ModelParameter("last", 0...1, usual: 0.4),
            ]
        ) { numbers, _ throws(AttributionFailure) in
            try PositionBased(
                first: numbers["first", default: 0.4],
                last: numbers["last", default: 0.4]
            )
        },
        kind("w", ["w_shaped"], "most to the first, the middle and the last touch") { _, _ in
            WShaped()
        },
    ]

    private static let global = [
        kind(
            "markov",
            [],
            "what a Markov chain loses without each channel",
            [
                ModelParameter("order", 1...6, usual: 1, isWhole: true),
                ModelParameter("nulls", 0...1, usual: 1, isWhole: true),
            ]
        ) { numbers, _ throws(AttributionFailure) in
            try Markov(
                order: Int(numbers["order", default: 1]),
                hasNulls: numbers["nulls", default: 1] == 1
            )
        },
        kind("markov_auto", [], "a Markov chain of the order that foretells journeys best") {
            _,
            _ in AutomaticMarkov()
        },
        kind(
            "shapley",
            [],
            "what each channel adds to the conversion rate, over all orders of joining",
            [ModelParameter("permutations", 100...1_000_000, usual: 2_000, isWhole: true)]
        ) { numbers, settings throws(AttributionFailure) in
            try Shapley(
                permutations: Int(numbers["permutations", default: 2_000]),
                seed: settings.seed
            )
        },
        kind(
            "shapley_ordered",
            ["shapley_additive"],
            "the same to the first touch of each channel"
        ) { _, _ in OrderedShapley() },
        kind(
            "data_driven",
            ["counterfactual"],
            "what each journey would lose without each touch"
        ) { _, _ in Counterfactual() },
        kind("hazard", ["additive_hazard", "survival"], "the share in the hazard of converting") {
            _,
            _ in AdditiveHazard()
        },
    ]

    private static func kind(
        _ name: String,
        _ aliases: [String],
        _ summary: String,
        _ parameters: [ModelParameter] = [],
        _ make: @escaping ModelKind.Make
    ) -> ModelKind {
        ModelKind(
            name: name,
            aliases: aliases,
            summary: summary,
            parameters: parameters,
            make: make
        )
    }
}
