extension JSONParser {
    /// Reads a string into a length-delimited field.
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func text(tag: UInt32, keepsDefault: Bool) throws(CodecError) {
        let string = try scanner.string()
        if string.isEscaped {
            let mark = output.beginMessage(tag: tag)
            scanner.unescape(string, to: &output)
            output.endMessage(mark)
        } else if keepsDefault || !string.range.isEmpty {
            output.appendField(tag: tag, scanner.bytes.extracting(string.range))
        }
    }

    /// Reads base64 into a length-delimited field.
    @_lifetime(self: copy self)
    mutating func base64(tag: UInt32, keepsDefault: Bool) throws(CodecError) {
        _ = scanner.peek()
        let start = scanner.position
        let string = try scanner.string()
        if string.range.isEmpty && !keepsDefault { return }
        let mark = output.beginMessage(tag: tag)
        let isValid: Bool
        if string.isEscaped {
            let text = scanner.unescaped(string)
            isValid = Base64.decode(text.rawBytes, to: &output)
        } else {
            isValid = Base64.decode(scanner.bytes.extracting(string.range), to: &output)
        }
        if !isValid { throw CodecError(.invalidBase64, at: start) }
        output.endMessage(mark)
    }

    /// Reads an enum's value, by name or number.
    ///
    /// - Returns: its number, or nil for a name that is not known and is ignored.
    @_lifetime(self: copy self)
    mutating func enumeration(_ field: FieldEntry) throws(CodecError) -> Int32? {
        let first = scanner.peek()
        guard first == UInt8(ascii: "\""), let names = field.enumNames else {
            if first == UInt8(ascii: "n"), field.enumNames?.isNullValue ?? false {
                try scanner.null()
                return 0
            }
            return Int32(truncatingIfNeeded: try integer(.int32))
        }
        let start = scanner.position
        let name = try scanner.string()
        let number: Int32?
        if name.isEscaped {
            let text = scanner.unescaped(name)
            number = names.number(named: text.rawBytes, orShort: options.usesShortEnumNames)
        } else {
            number = names.number(
                named: scanner.bytes.extracting(name.range),
                orShort: options.usesShortEnumNames
            )
        }
        if number == nil && !options.ignoresUnknownFields {
            throw CodecError(.unknownEnumValue, at: start, detail: scanner.excerpt(name))
        }
        return number
    }

    /// Reads an integer, bare or in quotes.
    ///
    /// - Parameter kind: which integers fit.
    /// - Returns: its bits as the wire has them.
    /// - Throws: ``CodecError``; its offset is in the text.
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func integer(_ kind: FieldKind) throws(CodecError) -> UInt64 {
        let isQuoted = scanner.peek() == UInt8(ascii: "\"")
        let start = scanner.position
        let literal: DecimalLiteral
        if isQuoted {
            let string = try scanner.string()
            guard let quoted = scanner.number(in: string) else {
                throw CodecError(.wrongType, at: start)
            }
            literal = quoted
        } else {
            literal = try scanner.number()
        }
        guard let bits = literal.bits(as: kind) else { throw CodecError(.outOfRange, at: start) }
        if !isQuoted, options.refusesInexactIntegers, !kind.isExact(bits) {
            throw CodecError(
                .outOfRange,
                at: start,
                detail: "integers beyond 9007199254740992 stand in quotes"
            )
        }
        return bits
    }

    /// Reads a floating-point number, bare or in quotes.
    ///
    /// - Throws: ``CodecError/Rule/outOfRange`` for a number beyond the largest; only the words
    ///   `Infinity` and `-Infinity` mean infinity.
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func floatingPoint<Value: DecimalLiteralConvertible>(
        _ type: Value.Type
    ) throws(CodecError) -> Value {
        let isQuoted = scanner.peek() == UInt8(ascii: "\"")
        let start = scanner.position
        guard isQuoted else {
            let value = Value(try scanner.number(), in: scanner.bytes)
            if value.isInfinite { throw CodecError(.outOfRange, at: start) }
            return value
        }
        let string = try scanner.string()
        let text = string.isEscaped ? scanner.unescaped(string) : []
        let span = string.isEscaped ? text.rawBytes : scanner.bytes.extracting(string.range)
        if let literal = JSONScanner.number(in: span) {
            let value = Value(literal, in: span)
            if value.isInfinite { throw CodecError(.outOfRange, at: start) }
            return value
        }
        for (word, value) in [
            ("NaN", Value.nan), ("Infinity", .infinity), ("-Infinity", -.infinity),
        ]
        where span.hasSameBytes(as: word.utf8Span.span.asRawSpan) {
            return value
        }
        throw CodecError(.wrongType, at: start)
    }
}

/// A type that a number in decimal can be rounded to.
protocol DecimalLiteralConvertible: BinaryFloatingPoint {
    /// The nearest value; infinite if the number is out of range.
    ///
    /// - Parameters:
    ///   - literal: the number.
    ///   - text: the text it was read from.
    init(_ literal: DecimalLiteral, in text: RawSpan)
}

extension Double: DecimalLiteralConvertible {
    @inline(__always)
    init(_ literal: DecimalLiteral, in text: RawSpan) {
        self = literal.double(in: text)
    }
}

extension Float: DecimalLiteralConvertible {
    init(_ literal: DecimalLiteral, in text: RawSpan) {
        self = literal.float(in: text)
    }
}

extension JSONScanner {
    /// The number a string says, or nil if it says none.
    func number(in string: JSONString) -> DecimalLiteral? {
        if !string.isEscaped { return Self.number(in: bytes.extracting(string.range)) }
        let text = unescaped(string)
        return Self.number(in: text.rawBytes)
    }

    /// Appends the `key` of a map entry, tag included.
    ///
    /// - Parameters:
    ///   - name: the member's name.
    ///   - key: the entry's field `key`.
    ///   - output: where it goes.
    /// - Returns: false, with nothing appended, if the name is not a value of the key's type.
    func append(key name: JSONString, _ key: FieldEntry, to output: inout OutputBuffer) -> Bool {
        let bits: UInt64
        switch key.kind {
        case .string:
            if name.isEscaped {
                let text = unescaped(name)
                output.appendField(tag: key.tag, text.rawBytes)
            } else {
                output.appendField(tag: key.tag, bytes.extracting(name.range))
            }
            return true
        case .bool:
            switch excerpt(name) {
            case "true": bits = 1
            case "false": bits = 0
            default: return false
            }
        default:
            guard let number = number(in: name)?.bits(as: key.kind) else { return false }
            bits = number
        }
        output.appendVarint(UInt64(key.tag))
        output.append(bits: bits, as: key.kind)
        return true
    }
}

extension DecimalLiteral {
    /// The number's bits as the wire has them, or nil if it is not an integer that fits.
    @inline(__always)
    func bits(as kind: FieldKind) -> UInt64? {
        switch kind {
        case .int32: integer(Int32.self).map { UInt64(bitPattern: Int64($0)) }
        case .int64, .sfixed64: integer(Int64.self).map { UInt64(bitPattern: $0) }
        case .uint32, .fixed32: integer(UInt32.self).map { UInt64($0) }
        case .uint64, .fixed64: integer(UInt64.self)
        case .sint32: integer(Int32.self).map { UInt64(ZigZag.encode($0)) }
        case .sint64: integer(Int64.self).map { ZigZag.encode($0) }
        case .sfixed32: integer(Int32.self).map { UInt64(UInt32(bitPattern: $0)) }
        default: nil
        }
    }
}

extension FieldKind {
    /// Whether an integer, as the wire has it, is one that every reader of JSON keeps: it is not
    /// beyond 2^53.
    fileprivate func isExact(_ bits: UInt64) -> Bool {
        let magnitude: UInt64
        switch self {
        case .uint64, .fixed64: magnitude = bits
        case .sint64: magnitude = ZigZag.decode(bits).magnitude
        default: magnitude = Int64(bitPattern: bits).magnitude
        }
        return magnitude <= 1 << 53
    }
}

extension OutputBuffer {
    /// Appends one number without its tag.
    ///
    /// - Parameters:
    ///   - bits: the number as the wire has it.
    ///   - kind: how it is written; a scalar that is not length-delimited.
    @inline(__always)
    mutating func append(bits: UInt64, as kind: FieldKind) {
        switch kind {
        case .double, .fixed64, .sfixed64: appendFixed(bits)
        case .float, .fixed32, .sfixed32: appendFixed(UInt32(truncatingIfNeeded: bits))
        default: appendVarint(bits)
        }
    }
}
