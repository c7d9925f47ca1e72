internal import Journeys
internal import Messages
internal import Postgres
internal import RPC
internal import Tenancy
internal import Telemetry
internal import Wire

/// Which journeys are looked at, and what their touches are called: a request that was checked.
struct JourneyPlan: Sendable {
    private(set) var selection: JourneySelection
    let grain: AttributionV1.JourneySelection.Grain

    private static let windows = 0...730

    /// Checks a request.
    ///
    /// - Parameters:
    ///   - request: the selection as it was sent.
    ///   - scope: the tenant's, whose currency counts if the request names none.
    ///   - now: the time until which things are known if the request does not say.
    /// - Throws: INVALID_ARGUMENT with what is wrong.
    init(
        _ request: AttributionV1.JourneySelection,
        in scope: TenantScope,
        now: UTCTimestamp = .now
    ) throws(RPCError) {
        var violations = FieldViolations()
        let now = now.milliseconds * 1_000
        func time(_ time: GoogleProtobuf.Timestamp?, _ field: String, or usual: Int64) -> Int64 {
            guard let time else { return usual }
            let found = time.microseconds
            violations.check(found != nil, "journeys.\(field)", "expected a time up to 9999")
            return found ?? usual
        }
        let asOf = time(request.asOf, "as_of", or: now)
        violations.check(asOf <= now, "journeys.as_of", "expected now, or a time that has passed")
        let from = time(request.fromTime, "from_time", or: .min)
        let to = time(request.toTime, "to_time", or: .max)
        violations.check(from < to, "journeys.to_time", "expected a time after from_time")
        var selection = JourneySelection(range: min(from, to)..<max(from, to), asOf: asOf)
        Self.readWindows(of: request, into: &selection, &violations)
        violations.check(request.kinds.count <= 100, "journeys.kinds", "expected at most 100")
        violations.check(
            request.kinds.allSatisfy { $0.count <= 200 && !$0.utf8.contains(0) },
            "journeys.kinds",
            "expected up to 200 characters each, without U+0000"
        )
        selection.kinds = Set(request.kinds)
        switch request.customers {
        case .unspecified: selection.customers = .all
        case .new: selection.customers = .new
        case .returning: selection.customers = .returning
        default: violations.check(false, "journeys.customers", "expected one that there is")
        }
        Self.readValues(of: request, into: &selection, &violations)
        let currency = request.currency
        violations.check(
            currency.isEmpty || TenantSettings.isCurrency(currency),
            "journeys.currency",
            "expected three capitals by ISO 4217, or nothing"
        )
        selection.currency = currency.isEmpty ? scope.entry.settings.currency : currency
        violations.check(
            (0...5).contains(request.grain.rawValue),
            "journeys.grain",
            "expected one that there is"
        )
        try violations.finish("the journeys cannot be looked at")
        grain = request.grain == .unspecified ? .channel : request.grain
        self.selection = selection
    }

    private static func readWindows(
        of request: AttributionV1.JourneySelection,
        into selection: inout JourneySelection,
        _ violations: inout FieldViolations
    ) {
        let click = Int(request.clickWindowDays ?? 30)
        let view = Int(request.viewWindowDays ?? 7)
        let closing = Int(request.closingDays)
        for (days, field) in [
            (click, "click_window_days"), (view, "view_window_days"), (closing, "closing_days"),
        ] {
            violations.check(
                windows.contains(days),
                "journeys.\(field)",
                "expected 0 to 730 days"
            )
        }
        selection.clickWindow = click == 0 ? nil : Int64(click) * JourneySelection.day
        selection.viewWindow = view == 0 ? nil : Int64(view) * JourneySelection.day
        // No touch within its window is cut off from its conversion.
        let usual = min(click, view) == 0 ? windows.upperBound : max(click, view)
        selection.closing = Int64(closing == 0 ? usual : closing) * JourneySelection.day
    }

    private static func readValues(
        of request: AttributionV1.JourneySelection,
        into selection: inout JourneySelection,
        _ violations: inout FieldViolations
    ) {
        switch request.valueMode {
        case .unspecified, .gross: selection.valueMode = .gross
        case .net: selection.valueMode = .net
        case .profit: selection.valueMode = .profit
        case .lifetime:
            let days = request.lifetimeDays == 0 ? 365 : Int64(request.lifetimeDays)
            selection.valueMode = .lifetime(days * JourneySelection.day)
            violations.check(
                request.customers == .new,
                "journeys.customers",
                "expected CUSTOMERS_NEW: a lifetime belongs to what won the customer"
            )
        default: violations.check(false, "journeys.value_mode", "expected one that there is")
        }
        violations.check(
            request.valueMode == .lifetime
                ? windows.contains(Int(request.lifetimeDays)) : request.lifetimeDays == 0,
            "journeys.lifetime_days",
            "expected 0 to 730 days, and only with VALUE_MODE_LIFETIME"
        )
    }

    /// Whether values are profits.
    var needsMargins: Bool { selection.valueMode == .profit }

    /// Looks up margins, if values are profits.
    ///
    /// - Parameters:
    ///   - scope: the tenant's.
    ///   - transaction: any.
    /// - Throws: FAILED_PRECONDITION if there are too many; `PostgresError`.
    mutating func readMargins(
        of scope: TenantScope,
        in transaction: PostgresTransaction
    ) async throws {
        guard needsMargins else { return }
        selection.margins = try await Margins.read(
            of: selection.kinds.sorted(),
            scope.entry.settings.timeZone,
            in: transaction
        )
    }

    /// The selection with all that is usual filled in.
    var message: AttributionV1.JourneySelection {
        var message = AttributionV1.JourneySelection()
        let range = selection.range
        if range.lowerBound > .min { message.fromTime = .init(microseconds: range.lowerBound) }
        if range.upperBound < .max { message.toTime = .init(microseconds: range.upperBound) }
        message.kinds = selection.kinds.sorted()
        message.clickWindowDays = Int32((selection.clickWindow ?? 0) / JourneySelection.day)
        message.viewWindowDays = Int32((selection.viewWindow ?? 0) / JourneySelection.day)
        message.closingDays = Int32(selection.closing / JourneySelection.day)
        message.asOf = .init(microseconds: selection.asOf)
        message.customers =
            switch selection.customers {
            case .all: .unspecified
            case .new: .new
            case .returning: .returning
            }
        message.valueMode =
            switch selection.valueMode {
            case .gross: .gross
            case .net: .net
            case .profit: .profit
            case .lifetime: .lifetime
            }
        if case .lifetime(let span) = selection.valueMode {
            message.lifetimeDays = Int32(span / JourneySelection.day)
        }
        message.currency = selection.currency
        message.grain = grain
        return message
    }
}
