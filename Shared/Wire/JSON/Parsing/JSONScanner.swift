/// Reads JSON text token by token; knows nothing of messages.
///
/// Bytes are looked at once, but for names and strings with escapes. Offsets are from the start of
/// the text. What it throws is ``CodecError/Rule/invalidJSON`` unless said otherwise.
package struct JSONScanner: ~Escapable {
    package let bytes: RawSpan

    /// The offset of the next byte to be read.
    package var position = 0

    @_lifetime(copy bytes)
    package init(_ bytes: RawSpan) {
        self.bytes = bytes
    }

    /// Passes over white space.
    ///
    /// - Returns: the first byte of the next token, which is not passed over, or 0 if the text ends
    ///   or no token may start so.
    @inline(__always)
    @_lifetime(self: copy self)
    package mutating func peek() -> UInt8 {
        while position < bytes.byteCount {
            let byte = bytes.byte(at: position)
            if byte > 0x20 { return byte }
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return 0 }
            position &+= 1
        }
        return 0
    }

    /// Passes over a byte if it starts the next token.
    @inline(__always)
    @_lifetime(self: copy self)
    package mutating func consume(_ byte: UInt8) -> Bool {
        if peek() != byte { return false }
        position &+= 1
        return true
    }

    /// Passes over a byte that must start the next token.
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func expect(_ byte: UInt8) throws(CodecError) {
        if !consume(byte) { throw unexpected() }
    }

    /// Passes over a comma or the bracket that closes an array or object.
    ///
    /// - Returns: whether there is another element.
    @inline(__always)
    @_lifetime(self: copy self)
    package mutating func hasNext(before close: UInt8) throws(CodecError) -> Bool {
        let byte = peek()
        guard byte == UInt8(ascii: ",") || byte == close else {
            throw CodecError(.invalidJSON, at: position)
        }
        position &+= 1
        return byte != close
    }

    /// Passes over `null`, `true` or `false` at `position`.
    ///
    /// - Parameters:
    ///   - tail: the last four letters of the word.
    ///   - length: how many letters the word has; the first has been peeked at.
    /// - Throws: ``CodecError``; its offset is in the text.
    @inline(__always)
    @_lifetime(self: copy self)
    private mutating func word(_ tail: UInt32, _ length: Int) throws(CodecError) {
        let end = position &+ length
        guard end <= bytes.byteCount, bytes.littleEndian(at: end &- 4, as: UInt32.self) == tail
        else { throw CodecError(.invalidJSON, at: position) }
        position = end
    }

    /// Passes over `null`, whose first letter has been peeked at.
    @_lifetime(self: copy self)
    package mutating func null() throws(CodecError) {
        try word(0x6C6C_756E, 4)
    }

    /// Reads `true` or `false`.
    ///
    /// - Throws: ``CodecError/Rule/wrongType`` if another kind of value is there.
    @_lifetime(self: copy self)
    package mutating func boolean() throws(CodecError) -> Bool {
        switch peek() {
        case UInt8(ascii: "t"):
            try word(0x6575_7274, 4)
            return true
        case UInt8(ascii: "f"):
            try word(0x6573_6C61, 5)
            return false
        default:
            throw unexpected()
        }
    }

    /// Passes over a name and its colon if the text has exactly them next.
    ///
    /// - Parameter key: the name, quoted, with its colon.
    /// - Returns: whether they were there.
    @inline(__always)
    @_lifetime(self: copy self)
    mutating func consume(key: RawSpan) -> Bool {
        let count = key.byteCount
        guard count <= bytes.byteCount &- position else { return false }
        var offset = 0
        while offset &+ 8 <= count {
            let word = key.littleEndian(at: offset, as: UInt64.self)
            if bytes.littleEndian(at: position &+ offset, as: UInt64.self) != word { return false }
            offset &+= 8
        }
        while offset < count {
            if key.byte(at: offset) != bytes.byte(at: position &+ offset) { return false }
            offset &+= 1
        }
        position &+= count
        return true
    }

    /// Passes over any value.
    ///
    /// - Parameters:
    ///   - depth: how deep the value lies, itself included if it is an array or an object.
    ///   - limits: what it may cost; each value counts as an element.
    ///   - elements: how many elements there have been.
    ///   - types: told of each `@type` member passed over, by the offset of its object.
    /// - Throws: ``CodecError``; its offset is in the text.
    @_lifetime(self: copy self)
    mutating func skipValue(
        depth: Int,
        limits: DecodingLimits,
        elements: inout Int,
        types: inout AnyTypeIndex
    ) throws(CodecError) {
        elements &+= 1
        if elements > limits.maximumElements {
            throw CodecError(
                .tooManyElements,
                at: position,
                detail: "limit \(limits.maximumElements)"
            )
        }
        let first = peek()
        switch first {
        case UInt8(ascii: "\""):
            _ = try string()
        case UInt8(ascii: "n"):
            try null()
        case UInt8(ascii: "t"), UInt8(ascii: "f"):
            _ = try boolean()
        case UInt8(ascii: "["), UInt8(ascii: "{"):
            if depth > limits.maximumDepth {
                throw CodecError(.tooDeep, at: position, detail: "limit \(limits.maximumDepth)")
            }
            let start = position
            let isObject = first == UInt8(ascii: "{")
            let close = isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")
            position &+= 1
            if consume(close) { return }
            repeat {
                if isObject {
                    let name = try name()
                    if isTypeName(name) { types.add(object: start, value: position) }
                }
                try skipValue(depth: depth &+ 1, limits: limits, elements: &elements, types: &types)
            } while try hasNext(before: close)
        default:
            _ = try number()
        }
    }

    /// The error of a token that cannot stand at `position`: another kind of value, if it is one.
    func unexpected() -> CodecError {
        guard position < bytes.byteCount else { return CodecError(.invalidJSON, at: position) }
        switch bytes.byte(at: position) {
        case UInt8(ascii: "\""), UInt8(ascii: "{"), UInt8(ascii: "["), UInt8(ascii: "-"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "t"), UInt8(ascii: "f"),
            UInt8(ascii: "n"):
            return CodecError(.wrongType, at: position)
        default:
            return CodecError(.invalidJSON, at: position)
        }
    }
}
