/// Which journeys are looked at, and how they are cut out of timelines.
///
/// All times are in microseconds since 1970, all spans in microseconds.
///
/// # How journeys are made
///
/// 1. Nothing is known of what comes after ``asOf``, also of what is paid back or cancelled then.
/// 2. Conversions that count are those of the selected ``kinds`` that are not cancelled. All others
///    are none: touches before them go on to the next that counts.
/// 3. Conversions that count cut the touches into cycles, by their place in the order of events: to
///    a conversion belong the touches between the one before and it.
/// 4. A cycle is cut into stretches where more than ``closing`` lies between two touches, or
///    between the last touch and the conversion. Each stretch but the last is a journey that came
///    to nothing: a null. Of the last one, the touches within the window of their kind before the
///    conversion are the journey of the conversion. If no touch is left, the conversion has a
///    journey without touches: it is unattributed.
/// 5. What follows the last conversion is cut likewise. Its last stretch is a null too if more than
///    ``closing`` has passed until ``asOf``; otherwise it is open, and nobody knows what it comes
///    to.
///
/// A journey's date is the time of its conversion, or of the last touch if there is none: ranges
/// that meet share no journey and lose none. A journey is one of a new customer as long as no
/// conversion that counts has come before it.
public struct JourneySelection: Hashable, Sendable {
    /// Whose journeys are looked at.
    public enum Customers: Hashable, Sendable {
        /// Everybody's.
        case all
        /// Those up to a person's first conversion that counts.
        case new
        /// Those after it.
        case returning
    }

    /// What a conversion is worth.
    public enum ValueMode: Hashable, Sendable {
        /// All that was ordered.
        case gross
        /// What was not paid back.
        case net
        /// What of that is profit.
        case profit
        /// What was not paid back of all conversions that count within so long from it.
        case lifetime(Int64)
    }

    /// A day.
    public static let day: Int64 = 86_400_000_000
    /// How many days a window may have.
    public static let windowDays = 1...730

    /// The dates of journeys.
    public var range: Range<Int64>
    /// The kinds of conversions that count; empty for all.
    public var kinds: Set<String> = []
    /// How long before a conversion touches count that are no impressions; nil for ever.
    public var clickWindow: Int64? = 30 * day
    /// How long before a conversion impressions count; nil for ever.
    public var viewWindow: Int64? = 7 * day
    /// After how long without a touch a journey has come to nothing.
    public var closing: Int64 = 30 * day
    /// The time until which things are known.
    public var asOf: Int64
    /// Whose.
    public var customers = Customers.all
    /// What a conversion is worth.
    public var valueMode = ValueMode.gross
    /// What of values is profit.
    public var margins = Margins()
    /// What values are told in, by ISO 4217.
    public var currency = "EUR"

    /// A selection with the usual windows, of all kinds and everybody.
    ///
    /// - Parameters:
    ///   - range: the dates of journeys.
    ///   - asOf: the time until which things are known.
    public init(range: Range<Int64>, asOf: Int64) {
        self.range = range
        self.asOf = asOf
    }

    /// Whether a conversion counts.
    ///
    /// - Parameter conversion: of any timeline.
    /// - Returns: whether it is of a selected kind, known, and not cancelled.
    public func counts(_ conversion: Timeline.Conversion) -> Bool {
        conversion.time <= asOf && !conversion.isCancelled(by: asOf)
            && (kinds.isEmpty || kinds.contains(conversion.kind))
    }

    /// What a conversion is worth, in millionths of its own currency.
    ///
    /// - Parameter conversion: of any timeline.
    /// - Returns: its own value, without what was known to be paid back unless values are gross;
    ///   below 0 for a loss, and nil if nobody knows what of it is profit.
    public func value(of conversion: Timeline.Conversion) -> Int64? {
        let net = conversion.value - conversion.refunded(by: asOf)
        return switch valueMode {
        case .gross: conversion.value
        case .net, .lifetime: net
        case .profit: margins.profit(of: net, conversion.kind, at: conversion.time)
        }
    }

    /// Whether a journey is one of those that are looked at.
    ///
    /// - Parameter journey: as ``journeys(of:_:)`` tells it.
    /// - Returns: whether its date is in the range, and whose it is.
    public func contains(_ journey: Journey) -> Bool {
        range.contains(journey.time)
            && (customers == .all || (customers == .new) == journey.isOfNewCustomer)
    }

    /// Whether a touch is in a journey.
    ///
    /// - Parameters:
    ///   - touch: one of its stretch.
    ///   - journey: the journey.
    /// - Returns: whether it was within its window; always of journeys without a conversion.
    @inline(__always)
    public func reaches(_ touch: Timeline.Touch, _ journey: Journey) -> Bool {
        guard journey.isConverted else { return true }
        guard let window = touch.kind == .impression ? viewWindow : clickWindow else { return true }
        return TimeSpan.between(touch.time, journey.time) <= window
    }
}

/// Spans of time between any two times, none of which overflows.
enum TimeSpan {
    /// How long after a time another is; the longest span if it is longer.
    @inline(__always)
    static func between(_ earlier: Int64, _ later: Int64) -> Int64 {
        let (span, isOver) = later.subtractingReportingOverflow(earlier)
        return isOver ? .max : span
    }

    /// The time so long after another; the last there is if it is later.
    @inline(__always)
    static func after(_ time: Int64, _ span: Int64) -> Int64 {
        let (later, isOver) = time.addingReportingOverflow(span)
        return isOver ? .max : later
    }
}
