extension JSONPrinter {
    /// Prints an Any: its type's URL and the fields of the message, or its own form, in one object.
    ///
    /// The contents are bytes that nobody has looked at yet. They are validated here, under what is
    /// left of the limits, and put in order if need be.
    mutating func any(
        _ bytes: RawSpan,
        _ slice: FieldSlice,
        depth: Int,
        to output: inout OutputBuffer
    ) throws(CodecError) {
        var url = FieldSlice()
        var contents = FieldSlice()
        var reader = WireReader(bytes, from: slice)
        while let tag = reader.nextTag() {
            switch tag {
            case AnyTag.typeURL: url = reader.slice()
            case AnyTag.value: contents = reader.slice()
            default: reader.skip(tag)
            }
        }
        if url.count == 0 && contents.count == 0 {
            output.append(word: "{}")
            return
        }
        let name = url.bytes(in: bytes)
        guard let schema = options.types.schema(forURL: name) else {
            throw CodecError(
                .unknownType,
                at: Int(url.isPresent ? url.start : slice.start),
                detail: CodecError.excerpt(name)
            )
        }
        if depth >= options.limits.maximumDepth {
            throw CodecError(
                .tooDeep,
                at: Int(slice.start),
                detail: "limit \(options.limits.maximumDepth)"
            )
        }
        output.append(word: "{\"@type\":")
        output.appendJSON(name)
        let message = contents.bytes(in: bytes)
        if try isScattered(message, schema, at: Int(contents.start), depth: depth) {
            let ordered = WireNormalizer.normalize(message, as: schema)
            let all = FieldSlice(start: 0, count: ordered.count)
            try self.contents(ordered.bytes, all, schema, depth: depth &+ 1, to: &output)
        } else {
            try self.contents(bytes, contents, schema, depth: depth &+ 1, to: &output)
        }
        output.append(UInt8(ascii: "}"))
    }

    /// Prints an Any's contents, after its type.
    private mutating func contents(
        _ bytes: RawSpan,
        _ slice: FieldSlice,
        _ schema: MessageSchema,
        depth: Int,
        to output: inout OutputBuffer
    ) throws(CodecError) {
        guard schema.wellKnownType.hasOwnForm else {
            return try members(bytes, slice, schema, depth: depth, to: &output)
        }
        output.append(word: ",\"value\":")
        do {
            try message(bytes, slice, schema, depth: depth, to: &output)
        } catch {
            throw error.within("value")
        }
    }

    /// Validates an Any's contents.
    ///
    /// - Parameters:
    ///   - message: the contents.
    ///   - schema: their type.
    ///   - start: where they start in the bytes the Any lies in.
    ///   - depth: how deep the Any lies, below the limit.
    /// - Returns: whether they must be put in order.
    /// - Throws: ``CodecError``; its offset is in the message's bytes.
    private mutating func isScattered(
        _ message: RawSpan,
        _ schema: MessageSchema,
        at start: Int,
        depth: Int
    ) throws(CodecError) -> Bool {
        var limits = options.limits
        limits.maximumDepth -= depth + 1
        limits.maximumElements -= anyElements
        let isScattered: Bool
        do {
            isScattered = try WireValidator.validate(message, as: schema, limits: limits)
        } catch {
            throw inMessage(error, at: start)
        }
        anyElements += ElementCount.count(message, as: schema)
        if isScattered {
            // Anys may lie in Anys, and each level that is out of order costs a copy of the rest.
            normalizedBytes += message.byteCount
            if normalizedBytes > limits.maximumValueBytes {
                throw CodecError(
                    .tooLarge,
                    at: start,
                    detail: "limit \(limits.maximumValueBytes)"
                )
            }
        }
        return isScattered
    }

    /// The error of an Any's contents, as one of the message: with an offset in its bytes, and the
    /// whole limit, not what was left of it.
    private func inMessage(_ error: CodecError, at start: Int) -> CodecError {
        let detail =
            switch error.rule {
            case .tooDeep: "limit \(options.limits.maximumDepth)"
            case .tooManyElements: "limit \(options.limits.maximumElements), in Anys"
            default: error.detail
            }
        return CodecError(
            error.rule,
            at: start + error.byteOffset,
            in: error.fieldPath,
            detail: detail
        )
    }
}
