import Messages
import Postgres
import RPC
import TestKit
import Testing
import Wire

@testable import Ingest

@Suite("Conversion definitions")
struct ConversionSetTests {
    private static func facts(
        _ name: String,
        _ properties: String = "",
        kind: IngestV1.Event.Kind = .custom,
        value: String = "",
        currency: String = "",
        order: String = "",
        geo: String = ""
    ) -> ConversionFacts {
        var rest = IngestV1.Event()
        rest.properties = properties
        var amount: PostgresDecimal?
        if case .number(let read) = DecimalText.read(value, scale: 6, digitsBefore: 12) {
            amount = read
        }
        return ConversionFacts(
            kind: Int16(kind.rawValue),
            name: name.presence,
            value: amount,
            currency: currency.presence,
            orderID: order.presence,
            source: nil,
            medium: nil,
            campaign: nil,
            geo: geo.presence,
            origin: "shop",
            rest: properties.isEmpty ? nil : rest.encoded()
        )
    }

    private static func set(_ definitions: [IngestV1.ConversionDefinition]) throws -> ConversionSet
    {
        var message = IngestV1.ConversionDefinitions()
        message.definitions = definitions
        return try ConversionSet(message, version: 7)
    }

    private static func text(_ conversion: Conversion?) -> String {
        guard let conversion else { return "none" }
        return "\(conversion.kind) \(conversion.effect.rawValue) "
            + "\(conversion.value.map { "\($0)" } ?? "-") \(conversion.currency ?? "-") "
            + "\(conversion.orderID ?? "-") \(conversion.problem?.text ?? "fine")"
    }

    @Test(
        "of the platform read orders as Segment and GA4 send them",
        arguments: [
            (
                facts(
                    "Order Completed",
                    #"{"order_id": 1001, "revenue": 59.9, "total": 70, "currency": "usd"}"#
                ), "purchase 1 59.900000 USD 1001 fine"
            ),
            (
                facts("Order Completed", #"{"order_id": "x", "total": "12.5", "currency": "EUR"}"#),
                "purchase 1 12.500000 EUR x fine"
            ),
            (
                facts(
                    "Order Completed",
                    kind: .conversion,
                    value: "3",
                    currency: "CHF",
                    order: "o"
                ), "purchase 1 3.000000 CHF o fine"
            ),
            (
                facts("Order Refunded", #"{"order_id": "x", "revenue": 1, "currency": "EUR"}"#),
                "purchase 2 1.000000 EUR x fine"
            ),
            (facts("Order Cancelled", #"{"order_id": "x"}"#), "purchase 3 - - x fine"),
            (
                facts(
                    "purchase",
                    #"{"transaction_id": "t", "value": 0.1, "currency": "EUR"}"#
                ), "purchase 1 0.100000 EUR t fine"
            ),
            (
                facts("lead", kind: .conversion, value: "5", currency: "EUR"),
                "conversion 1 5.000000 EUR - fine"
            ),
            (facts("", kind: .refund), "conversion 2 - - - value is missing"),
            (facts("order completed"), "none"), (facts("", kind: .page), "none"),
        ]
    )
    func standard(facts: ConversionFacts, expected: String) throws {
        #expect(Self.text(try ConversionSet.standard.conversion(of: facts)) == expected)
    }

    @Test("of the platform are well made")
    func standardIsSound() throws {
        _ = try ConversionSet(.standard, version: 1)
        #expect(ConversionSet.standard.version == 1)
    }

    @Test(
        "say what of a value cannot be read",
        arguments: [
            (#"{"revenue": "many", "currency": "EUR"}"#, "value is no number"),
            (#"{"revenue": 1e300, "currency": "EUR"}"#, "value is no number"),
            (#"{"revenue": "1.0000001", "currency": "EUR"}"#, "value has too many digits"),
            (#"{"revenue": -1, "currency": "EUR"}"#, "value is negative"),
            (#"{"revenue": "", "currency": "EUR"}"#, "value is missing"),
            (#"{"revenue": {"a": 1}, "currency": "EUR"}"#, "value is missing"),
            (#"{"revenue": 1}"#, "currency is missing"),
            (#"{"revenue": 1, "currency": "euro"}"#, "currency is none"),
        ]
    )
    func unreadable(properties: String, problem: String) throws {
        let found = try ConversionSet.standard.conversion(
            of: Self.facts("Order Completed", properties)
        )
        #expect(Self.text(found) == "purchase 1 - - - \(problem)")
    }

    @Test("look into properties, compare without regard to case, and have fixed values")
    func fields() throws {
        let set = try Self.set([
            ServedIngest.definition("plan", "Signed Up", kind: "lead") { definition in
                var filter = IngestV1.ConversionFilter()
                filter.field = "properties.plan.name"
                filter.operator = .regex
                filter.values = ["^gold|silver$"]
                definition.filters = [filter]
                definition.valueMode = .fixed
                (definition.valueFields, definition.fixedValue) = ([], "25")
                definition.defaultCurrency = "EUR"
            },
            ServedIngest.definition("free", "Signed Up", kind: "trial") { definition in
                (definition.valueMode, definition.valueFields) = (.none, [])
            },
        ])
        let gold = try set.conversion(
            of: Self.facts("Signed Up", #"{"plan": {"name": "GOLD yearly"}}"#)
        )
        #expect(Self.text(gold) == "lead 1 25.000000 EUR - fine")
        let other = try set.conversion(of: Self.facts("Signed Up", #"{"plan": {"name": "tin"}}"#))
        #expect(Self.text(other) == "trial 1 - - - fine")
        #expect(set.eventNames == ["Signed Up"] && set.eventKinds.isEmpty)
    }

    /// A change that makes a definition wrong, and the field that is named.
    static let faults: [(@Sendable (inout IngestV1.ConversionDefinition) -> Void, String)] = [
        ({ $0.name = "" }, ".name"), ({ $0.kind = "Lead" }, ".kind"),
        ({ $0.effect = .unspecified }, ".effect"), ({ $0.eventName = "" }, ".event_name"),
        ({ $0.eventName = String(repeating: "x", count: 201) }, ".event_name"),
        ({ $0.eventKind = .init(rawValue: 77) }, ".event_kind"),
        ({ $0.currencyFields = ["money"] }, ".currency_fields[0]"),
        ({ $0.valueFields = ["properties."] }, ".value_fields[0]"),
        ({ $0.valueFields = [] }, ".value_fields"),
        ({ $0.orderFields = ["order_id", "value"] }, ".order_fields[1]"),
        ({ $0.defaultCurrency = "euro" }, ".default_currency"),
        ({ $0.fixedValue = "3" }, ".fixed_value"),
        (
            {
                ($0.valueMode, $0.valueFields) = (.fixed, [])
                ($0.fixedValue, $0.defaultCurrency) = ("-3", "EUR")
            }, ".fixed_value"
        ),
        ({ $0.dedup = .init(rawValue: 9) }, ".dedup"),
        (
            {
                var filter = IngestV1.ConversionFilter()
                (filter.field, filter.operator, filter.values) = ("geo", .regex, ["("])
                $0.filters = [filter]
            }, ".filters[0].values"
        ),
        (
            {
                var filter = IngestV1.ConversionFilter()
                (filter.field, filter.operator) = ("user_id", .any)
                $0.filters = [filter]
            }, ".filters[0].field"
        ),
        (
            {
                var filter = IngestV1.ConversionFilter()
                filter.field = "geo"
                $0.filters = [filter]
            }, ".filters[0].operator"
        ),
    ]

    @Test("that are wrong are refused, and the fault is named", arguments: faults.indices)
    func refused(index: Int) {
        let (change, field) = Self.faults[index]
        let error = #expect(throws: RPCError.self) {
            try Self.set([ServedIngest.definition("a", "b", change)])
        }
        #expect(error?.code == .invalidArgument)
        let found = error?.explanation.violations.map(\.field) ?? []
        #expect(found.contains("conversion_definitions.definitions[0]\(field)"))
    }

    @Test("are at most a hundred, each of which can take an event, of names of their own")
    func together() {
        func fields(_ definitions: [IngestV1.ConversionDefinition]) -> [String] {
            do {
                _ = try Self.set(definitions)
                return []
            } catch {
                return ((error as? RPCError)?.explanation.violations ?? []).map {
                    $0.field.replacing("conversion_definitions.definitions", with: "")
                }
            }
        }
        let many = (0...100).map { ServedIngest.definition("d\($0)", "e\($0)") }
        #expect(fields(many) == [""] && fields(Array(many.dropLast())) == [])
        #expect(fields([]) == [""])
        let (first, twice) = (ServedIngest.definition("a", "x"), ServedIngest.definition("b", "x"))
        #expect(fields([first, twice]) == ["[1]"])
        #expect(fields([first, ServedIngest.definition("a", "y")]) == ["[1].name"])
        let all = ServedIngest.definition("any", "") { $0.eventKind = .conversion }
        #expect(
            fields([all, ServedIngest.definition("c", "x") { $0.eventKind = .conversion }]) == [
                "[1]"
            ]
        )
        // What it may be of another kind, it may take.
        #expect(fields([all, first]) == [])
    }

    // MARK: The slow way

    /// The first definition that takes an event, one after the other, by its JSON.
    private static func slow(
        _ facts: ConversionFacts,
        _ properties: [String: String],
        _ definitions: [IngestV1.ConversionDefinition]
    ) -> String {
        func text(_ field: String) -> String {
            switch field {
            case "value": facts.value?.description ?? ""
            case "currency": facts.currency ?? ""
            case "order_id": facts.orderID ?? ""
            case "geo": facts.geo ?? ""
            default: properties[String(field.dropFirst("properties.".count))] ?? ""
            }
        }
        for definition in definitions {
            if !definition.eventName.isEmpty, definition.eventName != facts.name ?? "" { continue }
            if definition.eventKind != .unspecified,
                definition.eventKind.rawValue != Int32(facts.kind)
            {
                continue
            }
            let holds = definition.filters.allSatisfy { filter in
                let found = text(filter.field).lowercased()
                return switch filter.operator {
                case .equals: filter.values.contains(found)
                case .contains: filter.values.contains { found.contains($0) }
                default: !found.isEmpty
                }
            }
            if !holds { continue }
            let value = definition.valueFields.map(text).first { !$0.isEmpty } ?? ""
            let currency = definition.currencyFields.map(text).first { !$0.isEmpty } ?? ""
            let order = definition.orderFields.map(text).first { !$0.isEmpty } ?? ""
            let start = "\(definition.kind) \(definition.effect.rawValue) "
            let end = "\(order.isEmpty ? "-" : order) "
            if value.isEmpty {
                return start + "- - \(end)"
                    + (definition.effect == .cancellation ? "fine" : "value is missing")
            }
            if currency.isEmpty { return start + "- - \(end)currency is missing" }
            let digits = value.split(separator: ".")
            let fraction = digits.count > 1 ? String(digits[1]) : ""
            let filled = fraction + String(repeating: "0", count: 6 - fraction.count)
            return start + "\(digits[0]).\(filled) \(currency) \(end)fine"
        }
        return "none"
    }

    @Test("decide as a slow look does", arguments: 1...10)
    func property(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        func any(_ texts: [String]) -> String { texts.randomElement(using: &random) ?? "" }
        var checked = 0
        for _ in 0..<60 {
            var definitions: [IngestV1.ConversionDefinition] = []
            for number in 0..<Int.random(in: 1...5, using: &random) {
                var definition = ServedIngest.definition("d\(number)", any(["a", "b", ""]))
                definition.kind = any(["k", "l"])
                definition.effect = .init(rawValue: Int32.random(in: 1...3, using: &random))
                if definition.eventName.isEmpty || Bool.random(using: &random) {
                    definition.eventKind = Bool.random(using: &random) ? .conversion : .custom
                }
                definition.valueFields = [any(["value", "properties.x"]), "properties.y"]
                definition.currencyFields = ["properties.c", "currency"]
                definition.orderFields = [any(["order_id", "properties.x"])]
                if Bool.random(using: &random) {
                    var filter = IngestV1.ConversionFilter()
                    filter.field = any(["geo", "properties.y"])
                    filter.operator =
                        [.equals, .contains, .any].randomElement(using: &random) ?? .any
                    filter.values = filter.operator == .any ? [] : [any(["1", "2"]), "de"]
                    definition.filters = [filter]
                }
                definitions.append(definition)
            }
            // Those that can take nothing are refused; it is looked at others then.
            guard let set = try? Self.set(definitions) else { continue }
            for _ in 0..<40 {
                var properties: [String: String] = [:]
                for name in ["x", "y"] where Bool.random(using: &random) {
                    properties[name] = any(["1", "2.5", "12"])
                }
                if Bool.random(using: &random) { properties["c"] = "CHF" }
                let json = properties.sorted { $0.key < $1.key }
                    .map { "\"\($0.key)\": \"\($0.value)\"" }.joined(separator: ", ")
                let hasValue = Bool.random(using: &random)
                let facts = Self.facts(
                    any(["a", "b", "c", ""]),
                    "{\(json)}",
                    kind: Bool.random(using: &random) ? .conversion : .custom,
                    value: hasValue ? any(["7", "8.25"]) : "",
                    currency: hasValue ? "EUR" : "",
                    order: any(["", "o1"]),
                    geo: any(["", "DE", "FR"])
                )
                let found = Self.text(try set.conversion(of: facts))
                #expect(found == Self.slow(facts, properties, definitions))
                checked += 1
            }
        }
        #expect(checked > 400)
    }
}
