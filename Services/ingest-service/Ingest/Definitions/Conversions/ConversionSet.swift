internal import Messages
internal import RPC
internal import Wire

/// Definitions that are checked and can be asked: the first that takes an event decides.
///
/// Any number of threads may ask at once.
struct ConversionSet: Sendable {
    /// Which version of the tenant's they are.
    let version: Int64
    /// In the order in which they are asked.
    let definitions: [CompiledDefinition]

    /// For each name of events, the places of those that look at it.
    private let byName: [String: [Int]]
    /// The places of those that look at events of any name.
    private let ofAnyName: [Int]
    private let readsProperties: Bool

    private static let mostDefinitions = 100
    /// How many expressions all filters may have: each takes up to 128 KiB.
    private static let mostExpressions = 200

    /// Compiles definitions.
    ///
    /// - Parameters:
    ///   - message: as they were written.
    ///   - version: which they are.
    ///   - violations: what is wrong; if anything is, the set is of no use.
    init(
        _ message: IngestV1.ConversionDefinitions,
        version: Int64,
        _ violations: inout FieldViolations
    ) {
        let place = "conversion_definitions.definitions"
        self.version = version
        violations.check(
            (1...Self.mostDefinitions).contains(message.definitions.count),
            place,
            "expected 1 to \(Self.mostDefinitions)"
        )
        let expressions = message.definitions.reduce(0) { sum, definition in
            sum
                + definition.filters.reduce(0) {
                    $1.operator == .regex ? $0 + $1.values.count : $0
                }
        }
        violations.check(
            expressions <= Self.mostExpressions,
            place,
            "at most \(Self.mostExpressions) expressions in all filters"
        )
        let taken = expressions <= Self.mostExpressions ? message.definitions : []
        var definitions: [CompiledDefinition] = []
        for (index, message) in taken.prefix(Self.mostDefinitions).enumerated() {
            let definition = CompiledDefinition(message, at: "\(place)[\(index)]", &violations)
            violations.check(
                !definitions.contains { $0.name == definition.name },
                "\(place)[\(index)].name",
                "'\(definition.name.prefix(100))' is there twice"
            )
            let earlier = definitions.first { $0.isUnfiltered && $0.covers(definition) }
            violations.check(
                earlier == nil,
                "\(place)[\(index)]",
                "it can take no event: '\(earlier?.name.prefix(100) ?? "")' before it takes all "
                    + "of its events; put it first, or give that one filters"
            )
            definitions.append(definition)
        }
        self.definitions = definitions
        let places = Array(definitions.indices)
        ofAnyName = places.filter { definitions[$0].eventName == nil }
        let names = Set(definitions.compactMap(\.eventName))
        byName = Dictionary(
            uniqueKeysWithValues: names.map { name in
                (name, places.filter { [nil, name].contains(definitions[$0].eventName) })
            }
        )
        readsProperties = definitions.contains(where: \.readsProperties)
    }

    // MARK: Asking

    /// What an event is as a conversion; nil if it is none.
    ///
    /// - Parameter facts: the event's.
    /// - Returns: what the first definition that takes it makes of it.
    /// - Throws: DATA_LOSS if its properties are not as they were written.
    func conversion(of facts: ConversionFacts) throws(RPCError) -> Conversion? {
        try takers(of: facts, atMost: 1).first?.conversion
    }

    /// The definitions that take an event, with what each makes of it, the first first.
    ///
    /// - Parameters:
    ///   - facts: the event's.
    ///   - most: how many are looked for.
    /// - Returns: at most so many.
    /// - Throws: DATA_LOSS if its properties are not as they were written.
    func takers(
        of facts: ConversionFacts,
        atMost most: Int
    ) throws(RPCError) -> [(name: String, conversion: Conversion)] {
        let places = facts.name.flatMap { byName[$0] } ?? ofAnyName
        let candidates = places.lazy.map { definitions[$0] }.filter { $0.looks(at: facts) }
        guard !candidates.isEmpty else { return [] }
        let properties =
            readsProperties ? try facts.properties() : GoogleProtobuf.Struct()
        var found: [(name: String, conversion: Conversion)] = []
        for definition in candidates where definition.passes(facts, properties) {
            found.append((definition.name, definition.conversion(facts, properties)))
            if found.count == most { break }
        }
        return found
    }

    /// The names of events that it looks at.
    var eventNames: [String] { byName.keys.sorted() }
    /// The kinds of events that it looks at whatever they are called.
    var eventKinds: [Int16] { Set(ofAnyName.compactMap { definitions[$0].eventKind }).sorted() }
}

extension ConversionSet {
    /// Compiles definitions that a caller wrote.
    ///
    /// - Parameters:
    ///   - message: the definitions.
    ///   - version: which they are.
    /// - Throws: INVALID_ARGUMENT with a violation for each fault.
    init(_ message: IngestV1.ConversionDefinitions, version: Int64) throws(RPCError) {
        var violations = FieldViolations()
        self.init(message, version: version, &violations)
        try violations.finish("the definitions are not well made")
    }

    /// What a tenant has that has never put any in force: the platform's.
    static let standard: ConversionSet = {
        // They have no faults: a test holds them to that.
        var violations = FieldViolations()
        return ConversionSet(.standard, version: DefinitionSubject.firstVersion, &violations)
    }()
}

extension EventContent {
    /// Decides which conversion it is.
    ///
    /// - Parameter set: the definitions.
    /// - Throws: DATA_LOSS if its properties are not as they were written.
    mutating func decide(by set: ConversionSet) throws(RPCError) {
        conversion = try set.conversion(of: ConversionFacts(self))
        definitions = set.version
    }
}
