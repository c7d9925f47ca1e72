/// What a message may cost to read, whatever its bytes say.
public struct DecodingLimits: Hashable, Sendable {
    /// The most bytes a message may have.
    ///
    /// In 0…2,147,483,647; default 64 MiB.
    public var maximumBytes: Int

    /// How many messages and groups may enclose another.
    ///
    /// In 0…1,000: at 0 the outermost message holds no other. Default 100, protobuf's own.
    public var maximumDepth: Int

    /// The most elements of repeated fields, map entries and unknown fields in a whole message.
    ///
    /// Default 16 Mi: a packed field costs its reader up to eight bytes for each byte sent.
    public var maximumElements: Int

    /// The most memory that owned values made from a message may need, in bytes.
    ///
    /// Strings and collections count at their sent size. Views ignore it. Default 1 GiB.
    public var maximumValueBytes: Int

    /// Makes limits; each has protobuf's or our default.
    public init(
        maximumBytes: Int = 64 << 20,
        maximumDepth: Int = 100,
        maximumElements: Int = 16 << 20,
        maximumValueBytes: Int = 1 << 30
    ) {
        precondition((0...Int(Int32.max)).contains(maximumBytes), "maximumBytes out of range")
        precondition((0...1_000).contains(maximumDepth), "maximumDepth out of range")
        precondition(maximumElements >= 0 && maximumValueBytes >= 0, "limits are not negative")
        self.maximumBytes = maximumBytes
        self.maximumDepth = maximumDepth
        self.maximumElements = maximumElements
        self.maximumValueBytes = maximumValueBytes
    }

    /// The defaults.
    public static let standard = DecodingLimits()
}
