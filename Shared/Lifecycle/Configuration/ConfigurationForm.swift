public import Net

/// Why a text is not a value.
package enum ConfigurationFault: Error {
    /// It is none.
    case malformed
    /// It is one that may not be.
    case outOfRange
}

/// How the text of a configured value is read and printed, and what is expected of it.
///
/// What it prints it reads again as the same value.
public struct ConfigurationForm<Value: Sendable>: Sendable {
    /// What a text must be, with its unit, as `a whole number from 1 to 64`.
    public let expectation: String

    /// What a declaration gets while there is no value, in a configuration that is refused later.
    let placeholder: Value

    package let read: @Sendable (String) throws(ConfigurationFault) -> Value
    package let print: @Sendable (Value) -> String

    package init(
        expecting expectation: String,
        placeholder: Value,
        read: @escaping @Sendable (String) throws(ConfigurationFault) -> Value,
        print: @escaping @Sendable (Value) -> String
    ) {
        self.expectation = expectation
        self.placeholder = placeholder
        self.read = read
        self.print = print
    }

    /// A form of one's own.
    ///
    /// - Parameters:
    ///   - expectation: what a text must be, as it stands after "expected" in an error.
    ///   - placeholder: any value; it is never used by a configuration that was loaded.
    ///   - read: makes a value of a text, nil if the text is not as expected.
    ///   - print: makes a text that `read` takes for the same value.
    public init(
        expecting expectation: String,
        placeholder: Value,
        reading read: @escaping @Sendable (String) -> Value?,
        printing print: @escaping @Sendable (Value) -> String
    ) {
        self.init(
            expecting: expectation,
            placeholder: placeholder,
            read: { (text) throws(ConfigurationFault) in
                guard let value = read(text) else { throw .malformed }
                return value
            },
            print: print
        )
    }
}

extension ConfigurationForm<String> {
    /// A text without control characters.
    ///
    /// - Parameter bytes: how many bytes of UTF-8 it may have.
    /// - Returns: the form.
    public static func string(bytes: ClosedRange<Int> = 1...4096) -> Self {
        Self(
            expecting: "a text of \(bytes.lowerBound) to \(bytes.upperBound) bytes",
            placeholder: "",
            read: { (text) throws(ConfigurationFault) in
                if text.utf8.contains(where: { $0 < 0x20 || $0 == 0x7f }) { throw .malformed }
                guard bytes.contains(text.utf8.count) else { throw .outOfRange }
                return text
            },
            print: { $0 }
        )
    }
}

extension ConfigurationForm<Int> {
    /// A whole number in decimal digits.
    ///
    /// - Parameter range: what it may be.
    /// - Returns: the form.
    public static func integer(in range: ClosedRange<Int>) -> Self {
        Self(
            expecting: "a whole number from \(range.lowerBound) to \(range.upperBound)",
            placeholder: range.lowerBound,
            read: { (text) throws(ConfigurationFault) in
                let digits = text.utf8.first == UInt8(ascii: "-") ? text.dropFirst() : text[...]
                guard digits.isDecimal else { throw .malformed }
                guard let number = Int(text), range.contains(number) else { throw .outOfRange }
                return number
            },
            print: { "\($0)" }
        )
    }
}

extension ConfigurationForm<Double> {
    /// A number in decimal digits, with a point and an exponent if need be.
    ///
    /// - Parameter range: what it may be; its ends are finite.
    /// - Returns: the form.
    public static func number(in range: ClosedRange<Double>) -> Self {
        Self(
            expecting: "a number from \(range.lowerBound) to \(range.upperBound)",
            placeholder: range.lowerBound,
            read: { (text) throws(ConfigurationFault) in
                // Neither words, as infinity, nor hexadecimal digits are for people.
                let isDecimal = text.utf8.allSatisfy { byte in
                    (0x30...0x39).contains(byte) || "+-.eE".utf8.contains(byte)
                }
                guard isDecimal, let number = Double(text) else { throw .malformed }
                guard range.contains(number) else { throw .outOfRange }
                return number
            },
            print: { "\($0)" }
        )
    }
}

extension ConfigurationForm<Bool> {
    /// Yes or no.
    public static var boolean: Self {
        Self(
            expecting: "true or false",
            placeholder: false,
            reading: { $0 == "true" ? true : $0 == "false" ? false : nil },
            printing: { "\($0)" }
        )
    }
}

extension ConfigurationForm<SocketAddress> {
    /// Where to listen or connect; host names are not addresses.
    public static var socketAddress: Self {
        Self(
            expecting: "IPv4:port, [IPv6]:port or unix:path",
            placeholder: .loopback(port: 0),
            reading: { try? SocketAddress($0) },
            printing: { $0.description }
        )
    }
}

extension ConfigurationForm where Value: CaseIterable & RawRepresentable<String> {
    /// One word of those that a type lists.
    ///
    /// - Parameter type: the type, whose cases have the words as raw values.
    /// - Returns: the form.
    public static func choice(of type: Value.Type) -> Self {
        let words = Value.allCases.map(\.rawValue)
        guard let first = Value.allCases.first else {
            preconditionFailure("a choice has at least one word")
        }
        return Self(
            expecting: "one of " + words.joined(separator: ", "),
            placeholder: first,
            reading: { Value(rawValue: $0) },
            printing: { $0.rawValue }
        )
    }
}

extension ConfigurationForm {
    /// Several values of one form, separated by commas; white space around them is left out.
    ///
    /// Values whose text has a comma or begins or ends with white space cannot be listed.
    ///
    /// - Parameters:
    ///   - form: the form of each.
    ///   - count: how many there may be; none is the empty text.
    /// - Returns: the form.
    public static func list<Element: Sendable>(
        of form: ConfigurationForm<Element>,
        count: ClosedRange<Int> = 0...64
    ) -> Self where Value == [Element] {
        Self(
            expecting: "\(count.lowerBound) to \(count.upperBound) values separated by commas, "
                + "each \(form.expectation)",
            placeholder: [],
            read: { (text) throws(ConfigurationFault) in
                let isEmpty = text.trimmedOfBlanks.isEmpty
                let parts = isEmpty ? [] : Self.parts(of: text, upTo: count.upperBound)
                guard count.contains(parts.count) else { throw .outOfRange }
                var values: [Element] = []
                for part in parts {
                    values.append(try form.read(String(part.trimmedOfBlanks)))
                }
                return values
            },
            print: { $0.map(form.print).joined(separator: ",") }
        )
    }

    /// Cuts a text at its commas, but not into many more parts than there may be.
    private static func parts(of text: String, upTo count: Int) -> [Substring] {
        text.split(separator: ",", maxSplits: count, omittingEmptySubsequences: false)
    }
}

extension StringProtocol where UTF8View: BidirectionalCollection {
    /// Whether it is digits from 0 to 9, at least one.
    var isDecimal: Bool {
        !isEmpty && utf8.allSatisfy { (0x30...0x39).contains($0) }
    }

    /// Without the spaces and tabs at both ends.
    var trimmedOfBlanks: SubSequence {
        let isBlank = { (byte: UInt8) in byte == 0x20 || byte == 0x09 }
        guard let first = utf8.firstIndex(where: { !isBlank($0) }),
            let last = utf8.lastIndex(where: { !isBlank($0) })
        else { return self[endIndex...] }
        return self[first..<utf8.index(after: last)]
    }
}
