/// A visit of which it is known where it came from, with what its browser tells of that.
public struct LabelledVisit: Hashable, Sendable {
    /// The slug of the channel that it really came by.
    public let channel: String
    /// The address of the page that was opened.
    public var page: String
    /// The address of the page before; empty if the browser does not say.
    public var referrer: String
    /// What went wrong with its traces.
    public var mishaps: Mishaps

    /// What can go wrong on the way from an ad to a page.
    public struct Mishaps: OptionSet, Hashable, Sendable {
        /// A bit for each.
        public let rawValue: UInt8
        /// Those whose bits are set.
        public init(rawValue: UInt8) { self.rawValue = rawValue }

        /// The link was never tagged, or its tags were stripped.
        public static let noTags = Mishaps(rawValue: 1)
        /// The browser keeps the page before to itself.
        public static let noReferrer = Mishaps(rawValue: 2)
        /// Someone wrote a tag in their own way.
        public static let oddTag = Mishaps(rawValue: 4)
        /// A macro was never replaced.
        public static let macro = Mishaps(rawValue: 8)
        /// The link was passed on, and carries the tags of another way.
        public static let passedOn = Mishaps(rawValue: 16)
    }
}
