extension JSONParser {
    /// Reads the value of a member that is a field.
    ///
    /// - Parameters:
    ///   - field: the field.
    ///   - depth: how deep its message lies.
    /// - Returns: whether the field is there; null says that it is not.
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

    // MARK: Repeated fields and maps

    /// Reads the elements of a repeated field.
    @_lifetime(self: copy self)
    mutating func repeated(_ field: FieldEntry, depth: Int) throws(CodecError) {
        guard try begins(UInt8(ascii: "["), UInt8(ascii: "]"), of: field) else { return }
        let start = output.count
        var mark: MessageMark?
        if field.cardinality == .packed {
            mark = output.beginMessage(tag: field.number << 3 | 2)
        }
        let tag = mark == nil ? field.tag : 0
        let body = output.count
        var index = 0
        repeat {
            do {
                try countElement()
                _ = try value(field, tag: tag, keepsDefault: true, depth: depth)
            } catch {
                throw error.within("\(field.declared.name)[\(index)]")
            }
            index &+= 1
        } while try hasNext(before: UInt8(ascii: "]"), of: field)
        if let mark {
            let isEmpty = output.count == body
            output.endMessage(mark)
            if isEmpty { output.truncate(to: start) }
        }
    }

    /// Reads the entries of a map.
    @_lifetime(self: copy self)
    mutating func map(_ field: FieldEntry, depth: Int) throws(CodecError) {
        guard try begins(UInt8(ascii: "{"), UInt8(ascii: "}"), of: field) else { return }
        let run = output.count
        let object = scanner.position
        var count = 0
        repeat {
            let name: JSONString
            _ = scanner.peek()
            let start = scanner.position
            do {
                name = try scanner.string()
                try scanner.expect(UInt8(ascii: ":"))
            } catch {
                throw error.within(field.declared.name)
            }
            do {
                try countElement()
                if try entry(of: field, name, at: start, depth: depth) { count &+= 1 }
            } catch {
                throw error.within(component(field, name))
            }
        } while try hasNext(before: UInt8(ascii: "}"), of: field)
        if count > 1 && hasDuplicateKey(field, run, count) {
            try refuseDuplicateKey(field, object)
        }
    }

    /// Reads one entry of a map after its key's colon.
    ///
    /// - Parameters:
    ///   - field: the map.
    ///   - name: the key.
    ///   - start: where the key starts.
    ///   - depth: how deep the map's message lies.
    /// - Returns: false, with nothing written, if the value is an enum name that is ignored.
    @_lifetime(self: copy self)
    private mutating func entry(
        of field: FieldEntry,
        _ name: JSONString,
        at start: Int,
        depth: Int
    ) throws(CodecError) -> Bool {
        // An entry is itself a message, at one more depth.
        if depth &+ 1 > options.limits.maximumDepth {
            throw CodecError(.tooDeep, at: start, detail: "limit \(options.limits.maximumDepth)")
        }
        let schema = field.message
        let value = schema.entry(1)
        let before = output.count
        let mark = output.beginMessage(tag: field.tag)
        guard scanner.append(key: name, schema.entry(0), to: &output) else {
            throw CodecError(.wrongType, at: start)
        }
        let isKept = try self.value(value, tag: value.tag, keepsDefault: true, depth: depth &+ 1)
        output.endMessage(mark)
        if !isKept { output.truncate(to: before) }
        return isKept
    }

    private func hasDuplicateKey(_ field: FieldEntry, _ run: Int, _ count: Int) -> Bool {
        let entries = output.bytes.extracting(run..<output.count)
        return MapKeys.haveDuplicate(entries, count, field.message.entry(0).kind)
    }

    /// Reads a map again to say which key it has twice. If there is none, hashes collided, and
    /// nothing is wrong.
    ///
    /// - Parameters:
    ///   - field: the map.
    ///   - object: the offset after the map's opening brace.
    @_lifetime(self: copy self)
    private mutating func refuseDuplicateKey(
        _ field: FieldEntry,
        _ object: Int
    ) throws(CodecError) {
        let key = field.message.entry(0)
        var seen: Set<[UInt8]> = []
        var limits = options.limits
        limits.maximumElements = Int.max
        limits.maximumDepth = Self.doubledDepth(limits)
        var elements = 0
        scanner.position = object
        repeat {
            _ = scanner.peek()
            let start = scanner.position
            let name = try scanner.string()
            try scanner.expect(UInt8(ascii: ":"))
            var encoded = OutputBuffer()
            _ = scanner.append(key: name, key, to: &encoded)
            if !seen.insert(Array(copying: encoded.bytes)).inserted {
                throw CodecError(.duplicateField, at: start, in: component(field, name))
            }
            try scanner.skipValue(depth: 1, limits: limits, elements: &elements, types: &anyTypes)
        } while try scanner.hasNext(before: UInt8(ascii: "}"))
    }

    /// How deep arrays and objects may lie in each other where messages keep to the limit: a
    /// repeated field adds an array to each message.
    static func doubledDepth(_ limits: DecodingLimits) -> Int {
        limits.maximumDepth * 2
    }

    /// The entry in a path, as `attributes["key"]`.
    private func component(_ field: FieldEntry, _ name: JSONString) -> String {
        "\(field.declared.name)[\"\(scanner.excerpt(name))\"]"
    }

    /// Passes over the bracket that opens an array or object.
    ///
    /// - Returns: whether it has elements; if not, the closing bracket has been passed over too.
    @_lifetime(self: copy self)
    private mutating func begins(
        _ open: UInt8,
        _ close: UInt8,
        of field: FieldEntry
    ) throws(CodecError) -> Bool {
        do {
            try scanner.expect(open)
        } catch {
            throw error.within(field.declared.name)
        }
        return !scanner.consume(close)
    }

    @_lifetime(self: copy self)
    private mutating func hasNext(
        before close: UInt8,
        of field: FieldEntry
    ) throws(CodecError) -> Bool {
        do {
            return try scanner.hasNext(before: close)
        } catch {
            throw error.within(field.declared.name)
        }
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
