public import Panels

/// What an experiment measured: how the outcome moved when a medium was changed for a while.
public struct LiftTest: Sendable, Hashable {
    /// The medium.
    public var channel: String
    /// The geos where it was changed; nil for all.
    public var geos: [String]?
    /// Which part of all people it was changed for, above 0 and at most 1.
    ///
    /// Below 1 the panel has one geo, which has the places of the test and others in it, and its
    /// amounts are means of both. Responses are of amounts a head, the same in all places, so the
    /// lift is a portion p of the difference of two responses of the whole panel:
    ///
    ///     lift = p · Σ [response(after) − response(before)]
    ///
    /// Before and after are what there was for people in the test's places, without and with the
    /// change. For a share s they are x and (1 + s) x, x being the panel's amounts: people there
    /// are taken to have seen as much as all. A change of spend makes the places of the test the
    /// same as the others: with S the panel's spend in the periods of the change, and D the
    /// change,
    ///
    ///     before = x · (1 − (1 − p) ÷ p · D ÷ S)        after = x · (1 + D ÷ S)
    ///
    /// whose mean, p · before + (1 − p) · after, is x. It follows the panel's spend over time.
    /// Places are not alike in truth, and periods not quite the test's: where one of the two comes
    /// out below 0, there was none, and the other is off by all of the change.
    public var portion: Double
    /// The first day on which it was changed.
    public var first: PanelDay
    /// The last day.
    public var last: PanelDay
    /// The last day on which the outcome was measured: effects carry over.
    public var measuredUntil: PanelDay
    /// How it was changed.
    public var change: Change
    /// By how much the outcome was larger than it would have been, in its own units and in all.
    public var lift: Double
    /// The standard error of that, above 0.
    public var standardError: Double
    /// Degrees of freedom of the error's t distribution; nil if it is normal.
    public var degrees: Double?

    /// How a medium was changed.
    public enum Change: Sendable, Hashable {
        /// By a share of what there was; −1 is nothing at all.
        case share(Double)
        /// By so much spend in all, spread evenly over people, and over periods if it was changed
        /// for all of them.
        case spend(Double)
    }

    /// A measurement.
    ///
    /// - Parameters:
    ///   - channel: the medium.
    ///   - geos: the geos where it was changed; nil for all.
    ///   - portion: which part of all people it was changed for.
    ///   - first: the first day on which it was changed.
    ///   - last: the last day.
    ///   - measuredUntil: the last day of the measurement; nil for the last day of the change.
    ///   - change: how it was changed.
    ///   - lift: by how much the outcome was larger, in its own units and in all.
    ///   - standardError: the standard error of that.
    ///   - degrees: of the error's t distribution; nil if it is normal.
    public init(
        channel: String,
        geos: [String]? = nil,
        portion: Double = 1,
        first: PanelDay,
        last: PanelDay,
        measuredUntil: PanelDay? = nil,
        change: Change,
        lift: Double,
        standardError: Double,
        degrees: Double? = nil
    ) {
        self.channel = channel
        self.geos = geos
        self.portion = portion
        self.first = first
        self.last = last
        self.measuredUntil = measuredUntil ?? last
        self.change = change
        self.lift = lift
        self.standardError = standardError
        self.degrees = degrees
    }
}
