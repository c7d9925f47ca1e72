extension JSONParser {
    /// Reads the value of a member that is a field.
    ///
    /// - Parameters:
    ///   - field: the field.
    ///   - depth: how deep its message lies.
    /// - Returns: whether the field is there; null says that it is not.
    /// - Throws: ``CodecError``; its offset is in the text.
    @_lifetime(self: copy self)
    mutating func field(_ field: FieldEntry, depth: Int) throws(CodecError) -> Bool {
        do {
            if scanner.peek() == UInt8(ascii: "n"), !field.takesNull {
                try scanner.null()
                return false
            }
            if !field.isRepeated {
                let keepsDefault = field.cardinality == .explicit
                return try value(field, tag: field.tag, keepsDefault: keepsDefault, depth: depth)
            }
        } catch {
            throw error.within(field.declared.name)
        }
        if field.cardinality == .map {
            try map(field, depth: depth)
        } else {
            try repeated(field, depth: depth)
        }
        return true
    }

    /// Reads one element of a field.
    ///
    /// - Parameters:
    ///   - field: the field.
    ///   - tag: the tag to write before it, or 0 for none.
    ///   - keepsDefault: whether it is written even if it is the default.
    ///   - depth: how deep the field's message lies.
    /// - Returns: false, with nothing written, for an enum name that is not known and is ignored.
    /// - Throws: ``CodecError``; its offset is in the text.
    @_lifetime(self: copy self)
    mutating func value(
        _ field: FieldEntry,
        tag: UInt32,
        keepsDefault: Bool,
        depth: Int
    ) throws(CodecError) -> Bool {
        let bits: UInt64
        switch field.kind {
        case .string:
            try text(tag: tag, keepsDefault: keepsDefault)
            return true
        case .bytes:
            try base64(tag: tag, keepsDefault: keepsDefault)
            return true
        case .message:
            let mark = output.beginMessage(tag: tag)
            try message(field.message, depth: depth &+ 1)
            output.endMessage(mark)
            return true
        case .enumeration:
            guard let number = try enumeration(field) else { return false }
            bits = UInt64(bitPattern: Int64(number))
        case .bool:
            bits = try scanner.boolean() ? 1 : 0
        case .double:
            bits = try floatingPoint(Double.self).bitPattern
        case .float:
            bits = UInt64(try floatingPoint(Float.self).bitPattern)
        default:
            bits = try integer(field.kind)
        }
        if bits != 0 || keepsDefault {
            if tag != 0 { output.appendVarint(UInt64(tag)) }
            output.append(bits: bits, as: field.kind)
        }
        return true
    }
}

extension FieldEntry {
    /// Whether null is a value of the field, rather than its absence.
    fileprivate var takesNull: Bool {
        if isRepeated { return false }
        if kind == .message { return message.wellKnownType == .value }
        return enumNames?.isNullValue ?? false
    }
}
