/// What a message may cost to read, whatever its bytes say.
///
/// A limit that is set out of its range stops the process: limits are the program's own, not a
/// stranger's.
public struct DecodingLimits: Hashable, Sendable {
    /// The most bytes a message may have.
    ///
    /// In 0…2,147,483,647; default 64 MiB.
    public var maximumBytes: Int {
        didSet { Self.check(maximumBytes, in: 0...Int(Int32.max), "maximumBytes") }
    }

    /// How many messages and groups may enclose another.
    ///
    /// In 0…1,000: at 0 the outermost message holds no other. Default 100, protobuf's own. Reading
    /// by tables takes up to 4 KiB of stack a level.
    public var maximumDepth: Int {
        didSet { Self.check(maximumDepth, in: 0...1_000, "maximumDepth") }
    }

    /// The most elements of repeated fields, map entries and unknown fields in a whole message.
    ///
    /// Default 16 Mi: a packed field costs its reader up to eight bytes for each byte sent.
    public var maximumElements: Int {
        didSet { Self.check(maximumElements, in: 0...Int.max, "maximumElements") }
    }

    /// The most memory that owned values made from a message may need, in bytes.
    ///
    /// An estimate from above, of values, strings, collections and what the allocator adds. Views
    /// ignore it. Default 1 GiB.
    public var maximumValueBytes: Int {
        didSet { Self.check(maximumValueBytes, in: 0...Int.max, "maximumValueBytes") }
    }

    /// The most bytes that owned values enclosing one another may have together, without what they
    /// refer to.
    ///
    /// Making, comparing and encoding a value takes up to eight times as much stack, and twice that
    /// in a debug build. Views ignore it. Default 256 KiB, which a hundred values of 2.5 KiB have.
    public var maximumValueNesting: Int {
        didSet { Self.check(maximumValueNesting, in: 0...Int.max, "maximumValueNesting") }
    }

    /// Makes limits; each has protobuf's or our default.
    public init(
        maximumBytes: Int = 64 << 20,
        maximumDepth: Int = 100,
        maximumElements: Int = 16 << 20,
        maximumValueBytes: Int = 1 << 30,
        maximumValueNesting: Int = 256 << 10
    ) {
        Self.check(maximumBytes, in: 0...Int(Int32.max), "maximumBytes")
        Self.check(maximumDepth, in: 0...1_000, "maximumDepth")
        Self.check(maximumElements, in: 0...Int.max, "maximumElements")
        Self.check(maximumValueBytes, in: 0...Int.max, "maximumValueBytes")
        Self.check(maximumValueNesting, in: 0...Int.max, "maximumValueNesting")
        self.maximumBytes = maximumBytes
        self.maximumDepth = maximumDepth
        self.maximumElements = maximumElements
        self.maximumValueBytes = maximumValueBytes
        self.maximumValueNesting = maximumValueNesting
    }

    /// The defaults.
    public static let standard = DecodingLimits()

    private static func check(_ value: Int, in range: ClosedRange<Int>, _ name: String) {
        precondition(range.contains(value), "\(name) is \(value), not in \(range)")
    }
}
