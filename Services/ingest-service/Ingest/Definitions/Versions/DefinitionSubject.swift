internal import Messages
internal import RPC
internal import Touches

/// What has definitions; the raw value is what tables have.
enum DefinitionSubject: Int16, CaseIterable, Sendable {
    case touchRule = 1
    case conversions = 2

    /// The platform's own version, which is in force where no other was put.
    static let firstVersion: Int64 = 1

    /// What callers call it.
    var name: String {
        switch self {
        case .touchRule: "touch-rule"
        case .conversions: "conversion-definitions"
        }
    }

    /// Finds a subject.
    ///
    /// - Parameter name: as callers call it.
    /// - Throws: INVALID_ARGUMENT if there is none.
    init(_ name: some StringProtocol) throws(RPCError) {
        guard let found = Self.allCases.first(where: { $0.name == name }) else {
            let known = Self.allCases.map(\.name).joined(separator: "' or '")
            throw RPCError(.invalidArgument, "subject: expected '\(known)'")
        }
        self = found
    }

    /// The platform's version.
    var standard: IngestV1.Definition {
        var definition = IngestV1.Definition()
        definition.subject = name
        definition.version = Self.firstVersion
        definition.state = .active
        definition.revision = 1
        definition.reason = "the platform's"
        switch self {
        case .touchRule: definition.content = .touchRule(.standard)
        case .conversions: definition.content = .conversionDefinitions(.standard)
        }
        return definition
    }
}

/// What a definition says, checked.
enum DefinitionContent: Sendable {
    case touchRule(TouchRule, IngestV1.TouchRule)
    case conversions(ConversionSet, IngestV1.ConversionDefinitions)

    /// Checks what a caller wrote.
    ///
    /// - Parameters:
    ///   - content: what is there; nil for nothing.
    ///   - subject: what it is to be of.
    ///   - version: which version it is to be.
    /// - Throws: INVALID_ARGUMENT with a violation for each fault.
    init(
        _ content: IngestV1.Definition.Content?,
        of subject: DefinitionSubject,
        version: Int64
    ) throws(RPCError) {
        switch (subject, content) {
        case (.touchRule, .touchRule(let rule)):
            self = .touchRule(try TouchRule(rule), rule)
        case (.conversions, .conversionDefinitions(let definitions)):
            self = .conversions(
                try ConversionSet(definitions, version: version),
                definitions
            )
        default:
            var violations = FieldViolations()
            let field = subject.name.replacing("-", with: "_")
            violations.check(false, field, "expected this, for the subject '\(subject.name)'")
            try violations.finish("the definition says nothing")
            throw RPCError(.invalidArgument, "\(field): expected this")
        }
    }

    /// The same as a message has it.
    var message: IngestV1.Definition.Content {
        switch self {
        case .touchRule(_, let rule): .touchRule(rule)
        case .conversions(_, let definitions): .conversionDefinitions(definitions)
        }
    }
}
