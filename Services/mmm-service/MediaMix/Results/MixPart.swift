internal import Panels

/// Something that adds to the outcome.
public struct MixPart: Sendable, Hashable {
    /// What kind of thing it is.
    public var kind: Kind
    /// Its name in the data; the kind's where there is one of it alone.
    public var name: String

    /// What kind of thing it is.
    public enum Kind: String, Sendable, Hashable, CaseIterable {
        /// What there would be anyway: level, trend and what sets geos apart.
        case baseline
        /// What repeats itself: seasons, and holidays.
        case season
        /// What moves the outcome and is not ours to move.
        case control
        /// What is done and is no medium.
        case treatment
        /// A medium that costs nothing.
        case organic
        /// A medium that is paid for.
        case channel

        /// Whether there would be it without anything that was done.
        public var isBaseline: Bool { self == .baseline || self == .season || self == .control }
    }

    /// A part.
    ///
    /// - Parameters:
    ///   - kind: what kind of thing it is.
    ///   - name: its name in the data.
    public init(_ kind: Kind, _ name: String) {
        self.kind = kind
        self.name = name
    }
}

extension MediaMixModel {
    /// What adds to the outcome, in the order in which results have it.
    public var parts: [MixPart] {
        var parts = [MixPart(.baseline, "baseline")]
        if !slots.seasons.isEmpty { parts.append(MixPart(.season, "season")) }
        if !slots.holidays.isEmpty { parts.append(MixPart(.season, "holidays")) }
        parts += panel.controls.map { MixPart(.control, $0.name) }
        parts += panel.treatments.map { MixPart(.treatment, $0.name) }
        return parts + media.map { MixPart($0.spend == nil ? .organic : .channel, $0.name) }
    }
}
