internal import Messages
internal import Postgres
internal import RPC
internal import Taxonomy
internal import Tenancy
internal import Wire

/// A definition in the form in which it is asked.
struct CompiledDefinition: Sendable {
    let name: String
    let kind: String
    let effect: IngestV1.ConversionDefinition.Effect
    /// The name of its events; nil for any.
    let eventName: String?
    /// The kind of its events; nil for any.
    let eventKind: Int16?
    let isByOrder: Bool
    private let filters: [(field: ConversionField, test: TextTest)]
    private let valueMode: IngestV1.ConversionDefinition.ValueMode
    private let valueFields: [ConversionField]
    private let currencyFields: [ConversionField]
    private let orderFields: [ConversionField]
    private let defaultCurrency: String
    private let fixedValue: PostgresDecimal?

    private static let mostFields = 10
    private static let mostFilters = 20
    private static let mostName = 200
    /// The longest order, as events have them.
    private static let mostOrder = 200

    /// Whether it takes all events of its name and kind.
    var isUnfiltered: Bool { filters.isEmpty }

    /// Whether every event that another one takes is one of those that it looks at.
    func covers(_ other: CompiledDefinition) -> Bool {
        (eventName == nil || eventName == other.eventName)
            && (eventKind == nil || eventKind == other.eventKind)
    }

    // MARK: Events

    /// Whether an event's name and kind are of those that it looks at.
    func looks(at facts: ConversionFacts) -> Bool {
        (eventName == nil || eventName == facts.name)
            && (eventKind == nil || eventKind == facts.kind)
    }

    /// Whether an event passes its filters.
    func passes(_ facts: ConversionFacts, _ properties: GoogleProtobuf.Struct) -> Bool {
        filters.allSatisfy { $0.test.holds(for: $0.field.text(of: facts, properties)) }
    }

    /// Whether it looks at properties to decide, or to read a conversion.
    var readsProperties: Bool {
        filters.contains { $0.field.isProperty }
            || (valueFields + currencyFields + orderFields).contains { $0.isProperty }
    }

    /// An event that it takes, as a conversion.
    func conversion(
        _ facts: ConversionFacts,
        _ properties: GoogleProtobuf.Struct
    ) -> Conversion {
        func first(_ fields: [ConversionField]) -> String {
            fields.lazy.map { $0.text(of: facts, properties) }.first { !$0.isEmpty } ?? ""
        }
        let order = first(orderFields)
        // Longer than an event's own may be, or with what no text of the database has: none.
        let isOrder = (1...Self.mostOrder).contains(order.utf8.count) && !order.utf8.contains(0)
        var (value, currency, problem) = (PostgresDecimal?.none, "", Conversion.Problem?.none)
        switch valueMode {
        case .fixed: (value, currency) = (fixedValue, defaultCurrency)
        case .none: break
        default:
            currency = first(currencyFields).presence?.uppercased() ?? defaultCurrency
            (value, problem) = read(first(valueFields), currency)
        }
        return Conversion(
            kind: kind,
            effect: effect,
            isByOrder: isByOrder,
            value: value,
            currency: value == nil ? nil : currency,
            orderID: isOrder ? order : nil,
            problem: problem
        )
    }

    private func read(
        _ text: String,
        _ currency: String
    ) -> (PostgresDecimal?, Conversion.Problem?) {
        // What is undone need not say what it was worth.
        if text.isEmpty { return (nil, effect == .cancellation ? nil : .noValue) }
        switch DecimalText.read(text, scale: 6, digitsBefore: 12) {
        case .number(let value):
            if value.coefficient < 0 { return (nil, .negative) }
            if currency.isEmpty { return (nil, .noCurrency) }
            return TenantSettings.isCurrency(currency) ? (value, nil) : (nil, .unknownCurrency)
        case .tooPrecise: return (nil, .tooPrecise)
        case .tooLarge, .notFinite, .malformed: return (nil, .noNumber)
        }
    }
}

// MARK: - Checking

extension CompiledDefinition {
    /// Compiles a definition.
    ///
    /// - Parameters:
    ///   - message: the definition.
    ///   - place: what it is called in errors.
    ///   - violations: what is wrong with it; if anything is, the definition is of no use.
    init(
        _ message: IngestV1.ConversionDefinition,
        at place: String,
        _ violations: inout FieldViolations
    ) {
        name = message.name
        kind = message.kind
        effect = message.effect
        eventName = message.eventName.presence
        eventKind =
            message.eventKind == .unspecified ? nil : Int16(clamping: message.eventKind.rawValue)
        isByOrder = message.dedup != .event
        valueMode = message.valueMode == .unspecified ? .fields : message.valueMode
        defaultCurrency = message.defaultCurrency
        filters = Self.filters(message.filters, at: "\(place).filters", &violations)
        func fields(_ texts: [String], _ name: String, _ own: String) -> [ConversionField] {
            violations.check(
                texts.count <= Self.mostFields,
                "\(place).\(name)",
                "at most \(Self.mostFields)"
            )
            return texts.prefix(Self.mostFields).enumerated().compactMap { index, text in
                let field = ConversionField(text, among: [own])
                violations.check(
                    field != nil,
                    "\(place).\(name)[\(index)]",
                    "expected '\(own)', or a property as 'properties.\(own)'"
                )
                return field
            }
        }
        valueFields = fields(message.valueFields, "value_fields", "value")
        currencyFields = fields(message.currencyFields, "currency_fields", "currency")
        orderFields = fields(message.orderFields, "order_fields", "order_id")
        var fixed: PostgresDecimal?
        if case .number(let value) = DecimalText.read(
            message.fixedValue,
            scale: 6,
            digitsBefore: 12
        ), value.coefficient >= 0 {
            fixed = value
        }
        fixedValue = fixed
        Self.check(message, at: place, &violations)
        violations.check(
            (message.valueMode == .fixed) == !message.fixedValue.isEmpty
                && (message.fixedValue.isEmpty || fixed != nil),
            "\(place).fixed_value",
            "expected an amount as 25.00 with VALUE_MODE_FIXED, and nothing without it"
        )
    }

    private static func check(
        _ message: IngestV1.ConversionDefinition,
        at place: String,
        _ violations: inout FieldViolations
    ) {
        violations.check(
            (1...mostName).contains(message.name.utf8.count) && !message.name.utf8.contains(0),
            "\(place).name",
            "expected 1 to \(mostName) bytes"
        )
        violations.check(
            ChannelSlug(message.kind) != nil,
            "\(place).kind",
            "expected 1 to 63 of 'a-z', '0-9' and '_', the first a letter"
        )
        violations.check(
            [.conversion, .refund, .cancellation].contains(message.effect),
            "\(place).effect",
            "expected one of the effects"
        )
        violations.check(
            !message.eventName.isEmpty || message.eventKind != .unspecified,
            "\(place).event_name",
            "expected the name of its events, event_kind, or both"
        )
        violations.check(
            message.eventName.utf8.count <= mostName && !message.eventName.utf8.contains(0),
            "\(place).event_name",
            "expected at most \(mostName) bytes"
        )
        violations.check(
            (0...9).contains(message.eventKind.rawValue),
            "\(place).event_kind",
            "expected one of the kinds of events"
        )
        violations.check(
            (0...2).contains(message.dedup.rawValue),
            "\(place).dedup",
            "expected one of the ways"
        )
        let isFields = [.unspecified, .fields].contains(message.valueMode)
        violations.check(
            (0...3).contains(message.valueMode.rawValue),
            "\(place).value_mode",
            "expected one of the modes"
        )
        violations.check(
            isFields == !message.valueFields.isEmpty,
            "\(place).value_fields",
            "expected at least one with VALUE_MODE_FIELDS, and none without it"
        )
        violations.check(
            message.defaultCurrency.isEmpty
                ? message.valueMode != .fixed : TenantSettings.isCurrency(message.defaultCurrency),
            "\(place).default_currency",
            "expected three capitals as ISO 4217 has them: EUR"
        )
    }

    private static func filters(
        _ messages: [IngestV1.ConversionFilter],
        at place: String,
        _ violations: inout FieldViolations
    ) -> [(field: ConversionField, test: TextTest)] {
        violations.check(messages.count <= mostFilters, place, "at most \(mostFilters)")
        let own = ["source", "medium", "campaign", "geo", "origin"]
        return messages.prefix(mostFilters).enumerated().compactMap { index, message in
            let place = "\(place)[\(index)]"
            let field = ConversionField(message.field, among: own)
            violations.check(
                field != nil,
                "\(place).field",
                "expected \(own.joined(separator: ", ")), or a property as 'properties.plan'"
            )
            guard let `operator` = ChannelRule.Operator(message.operator) else {
                violations.check(false, "\(place).operator", "expected an operator")
                return nil
            }
            do throws(TextTest.Fault) {
                let test = try TextTest(`operator`, message.values)
                return field.map { ($0, test) }
            } catch {
                violations.check(false, "\(place).values", error.reason)
                return nil
            }
        }
    }
}
