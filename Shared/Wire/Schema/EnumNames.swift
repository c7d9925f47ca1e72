/// The names of an enum's values in the form the JSON codec reads: a pointer, free to copy, to
/// storage that lives as long as the process.
@safe
struct EnumNames: @unchecked Sendable {
    // `@unchecked`: the storage is written before it is published, only read afterwards.
    private let storage: UnsafePointer<Storage>

    /// - Parameters:
    ///   - fullName: the enum's full name.
    ///   - values: each value's number and name, in order of declaration.
    init(_ fullName: String, _ values: [(Int32, String)]) {
        let memory = UnsafeMutablePointer<Storage>.allocate(capacity: 1)
        unsafe memory.initialize(to: Storage(fullName, values))
        unsafe storage = UnsafePointer(memory)
    }

    /// Whether the enum is `google.protobuf.NullValue`, which JSON shows as null.
    var isNullValue: Bool { unsafe storage.pointee.isNullValue }

    /// The number of the value of that name.
    func number(named name: RawSpan) -> Int32? {
        unsafe storage.pointee.positions.index(of: name).map { unsafe storage.pointee.numbers[$0] }
    }

    /// The number of the value of that name, or of that short name if those count.
    func number(named name: RawSpan, orShort countsShort: Bool) -> Int32? {
        if let number = number(named: name) { return number }
        guard countsShort else { return nil }
        return unsafe storage.pointee.shortPositions.index(of: name).map {
            unsafe storage.pointee.numbers[$0]
        }
    }

    /// The first declared name of a number in quotes, or nil.
    @inline(__always)
    func quotedName(of number: Int32, isShort: Bool = false) -> ImmortalBytes? {
        isShort ? shown(number)?.shortText : shown(number)?.text
    }

    /// The position, in the order of declaration, of the first value of a number, or nil.
    func position(of number: Int32) -> Int? {
        shown(number).map { Int($0.position) }
    }

    @inline(__always)
    private func shown(_ number: Int32) -> Shown? {
        if number >= 0 && number < Self.directLimit {
            // `direct` has an element for each number below the limit.
            return unsafe storage.pointee.direct[Int(number)]
        }
        return unsafe storage.pointee.others[number]
    }

    /// Names of numbers from 0 to below this are found without hashing.
    private static let directLimit: Int32 = 64

    /// The value that JSON shows for a number.
    private struct Shown {
        let text: ImmortalBytes
        let shortText: ImmortalBytes
        let position: Int32
    }

    /// The name of a value in lower case, without the prefix that the style of `.proto` files asks
    /// for: the enum's own name in upper snake case.
    static func shortName(of name: String, in fullName: String) -> String {
        var prefix = ""
        for letter in fullName.split(separator: ".").last ?? "" {
            if letter.isUppercase && !prefix.isEmpty { prefix += "_" }
            prefix += letter.uppercased()
        }
        prefix += "_"
        let rest = name.hasPrefix(prefix) ? name.dropFirst(prefix.count) : name[...]
        return rest.isEmpty ? name.lowercased() : rest.lowercased()
    }

    @safe
    private struct Storage: ~Copyable {
        let isNullValue: Bool
        let numbers: [Int32]
        let positions: NameTable
        let shortPositions: NameTable
        let direct: UnsafeMutablePointer<Shown?>
        let others: [Int32: Shown]

        init(_ fullName: String, _ values: [(Int32, String)]) {
            isNullValue = fullName == "google.protobuf.NullValue"
            numbers = values.map(\.0)
            positions = NameTable(values.enumerated().map { ($1.1, $0) })
            let shortNames = values.map { EnumNames.shortName(of: $0.1, in: fullName) }
            shortPositions = NameTable(shortNames.enumerated().map { ($1, $0) })
            let direct = UnsafeMutablePointer<Shown?>.allocate(
                capacity: Int(EnumNames.directLimit)
            )
            unsafe direct.initialize(repeating: nil, count: Int(EnumNames.directLimit))
            var others: [Int32: Shown] = [:]
            var named: Set<Int32> = []
            for (position, (number, name)) in values.enumerated()
            where named.insert(number).inserted {
                let text = ImmortalBytes(jsonText: name, end: "")
                let shortText = ImmortalBytes(jsonText: shortNames[position], end: "")
                let shown = Shown(text: text, shortText: shortText, position: Int32(position))
                if number >= 0 && number < EnumNames.directLimit {
                    unsafe direct[Int(number)] = shown
                } else {
                    others[number] = shown
                }
            }
            unsafe self.direct = direct
            self.others = others
        }
    }
}

/// Bytes that are never freed, as the parts of a schema.
@safe
struct ImmortalBytes: @unchecked Sendable {
    // `@unchecked`: written before it is published, only read afterwards.
    private let memory: UnsafeRawBufferPointer

    /// A text as a JSON string, quoted and escaped.
    ///
    /// - Parameters:
    ///   - text: the text.
    ///   - end: what follows the string.
    init(jsonText text: String, end: String) {
        var buffer = OutputBuffer()
        buffer.appendJSON(text.utf8Span.span.asRawSpan)
        buffer.append(end)
        let count = buffer.count
        unsafe memory = UnsafeRawBufferPointer(start: buffer.takeMemory(), count: count)
    }

    var bytes: RawSpan {
        @_lifetime(immortal)
        get {
            // The memory is never freed nor written again.
            let span = unsafe RawSpan(_unsafeBytes: memory)
            return unsafe _overrideLifetime(span, copying: ())
        }
    }
}
