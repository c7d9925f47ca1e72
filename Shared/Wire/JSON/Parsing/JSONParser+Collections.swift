extension JSONParser {
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
                name = try scanner.name()
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
    /// - Throws: ``CodecError``; its offset is in the text.
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

    /// Reads a map again to say which key it has twice.
    ///
    /// If there is none, hashes collided, and nothing is wrong.
    ///
    /// - Parameters:
    ///   - field: the map.
    ///   - object: the offset after the map's opening brace.
    /// - Throws: ``CodecError``; its offset is in the text.
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
            let name = try scanner.name()
            var encoded = OutputBuffer()
            _ = scanner.append(key: name, key, to: &encoded)
            if !seen.insert(Array(copying: encoded.bytes)).inserted {
                throw CodecError(.duplicateField, at: start, in: component(field, name))
            }
            try scanner.skipValue(depth: 0, limits: limits, elements: &elements, types: &anyTypes)
        } while try scanner.hasNext(before: UInt8(ascii: "}"))
    }

    /// How deep arrays and objects may lie in each other where messages keep to the limit: a
    /// repeated field adds an array to each message.
    static func doubledDepth(_ limits: DecodingLimits) -> Int {
        limits.maximumDepth * 2
    }

    /// The entry in a path, as `attributes["key"]`.
    private func component(_ field: FieldEntry, _ name: JSONString) -> String {
        if !name.isEscaped {
            let key = scanner.bytes.extracting(name.range)
            return CodecError.component(field.declared.name, key: key)
        }
        let key = scanner.unescaped(name)
        return CodecError.component(field.declared.name, key: key.rawBytes)
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
