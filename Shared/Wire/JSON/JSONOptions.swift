/// How messages are read from and shown as JSON.
///
/// The defaults are protobuf's own canonical form.
public struct JSONOptions: Sendable {
    /// The types that may stand inside a `google.protobuf.Any`; by default none.
    public var types: TypeRegistry

    /// What a text may cost to read.
    ///
    /// Bytes are counted in the text and in the message it becomes; depth is that of the message,
    /// to which arrays and objects passed over as unknown add.
    ///
    /// Printing: what the contents of Anys may cost, for nobody has looked at those bytes before.
    /// Elements are counted in all the Anys of a message together, those in other Anys included;
    /// the message's own have been counted when it was read.
    public var limits: DecodingLimits

    /// Reading: whether members the message has no field for, and names the enum does not have, are
    /// passed over instead of refused; by default false.
    public var ignoresUnknownFields: Bool

    /// Printing: whether fields have their names in the `.proto` file, as `event_id`, instead of
    /// their JSON names, as `eventId`; by default false.
    ///
    /// Both are always read.
    public var usesProtoNames: Bool

    /// Printing: whether fields that do not track presence are shown at their defaults, and empty
    /// arrays and maps; by default false.
    public var printsDefaults: Bool

    /// Printing: whether enums are shown by number instead of by name; by default
    /// false.
    public var printsEnumsAsNumbers: Bool

    /// Reading: whether integers beyond 2^53 are refused that are not in quotes, because whoever
    /// wrote them may have lost digits; by default false.
    public var refusesInexactIntegers: Bool

    /// Whether the values of enums have short names: `created` for the value `KIND_CREATED` of an
    /// enum `Kind`; by default false.
    ///
    /// Printing: all have. Reading: the names in the `.proto` file are read as well.
    public var usesShortEnumNames: Bool

    /// Printing: the most bytes of text a message may become.
    ///
    /// In 0…2,147,483,647; default 512 MiB, eight times what a message may have: text in which all
    /// is escaped takes six. Names of fields and defaults may take far more; three megabytes of
    /// empty messages, shown with their defaults, would take a gigabyte.
    ///
    /// It is checked after each field and element. Memory may exceed it by what one string takes,
    /// six times its bytes at most.
    public var maximumPrintedBytes: Int

    /// Makes options; each has protobuf's or our default.
    public init(
        types: TypeRegistry = .empty,
        limits: DecodingLimits = .standard,
        ignoresUnknownFields: Bool = false,
        usesProtoNames: Bool = false,
        printsDefaults: Bool = false,
        printsEnumsAsNumbers: Bool = false,
        refusesInexactIntegers: Bool = false,
        usesShortEnumNames: Bool = false,
        maximumPrintedBytes: Int = 512 << 20
    ) {
        precondition(
            (0...Int(Int32.max)).contains(maximumPrintedBytes),
            "maximumPrintedBytes out of range"
        )
        self.types = types
        self.limits = limits
        self.ignoresUnknownFields = ignoresUnknownFields
        self.usesProtoNames = usesProtoNames
        self.printsDefaults = printsDefaults
        self.printsEnumsAsNumbers = printsEnumsAsNumbers
        self.refusesInexactIntegers = refusesInexactIntegers
        self.usesShortEnumNames = usesShortEnumNames
        self.maximumPrintedBytes = maximumPrintedBytes
    }
}
