/// A field of a message, or of a message within it, that text outside of JSON is bound to: a part
/// of a path, a query parameter, a body.
package struct FieldPath: Sendable {
    /// The messages from the outermost to the one that has the field.
    private let schemas: [MessageSchema]
    /// In each of them, the position of the field that leads on; the last is the field itself.
    private let positions: [Int]

    /// Finds a field; nil if there is none, or one on the way is not a single message.
    ///
    /// - Parameters:
    ///   - names: from the outermost message down, each in JSON or as in the `.proto`.
    ///   - schema: the outermost message.
    package init?(_ names: some Collection<some StringProtocol>, in schema: MessageSchema) {
        var schemas: [MessageSchema] = []
        var positions: [Int] = []
        var next: MessageSchema? = schema
        for name in names {
            guard let current = next else { return nil }
            let bytes = Array(name.utf8)
            guard let position = current.names.index(of: bytes.rawBytes) else { return nil }
            schemas.append(current)
            positions.append(position)
            let field = current.entry(position)
            let leadsOn = field.kind == .message && !field.isRepeated
            next = leadsOn && !field.message.wellKnownType.hasOwnForm ? field.message : nil
        }
        guard !positions.isEmpty else { return nil }
        self.schemas = schemas
        self.positions = positions
    }

    /// The field as declared.
    package var field: FieldSchema { schemas[schemas.count - 1].fields[positions.last ?? 0] }

    /// The field's names in the `.proto`, from the outermost message down, with dots between them.
    package var text: String {
        zip(schemas, positions).map { $0.fields[$1].name }.joined(separator: ".")
    }

    /// Appends the field, or one more element of it, to a message.
    ///
    /// Text is what JSON has as a string, a number or a Boolean, without quotes. What is not
    /// repeated replaces what the message has of it, by the rules of protobuf's merging.
    ///
    /// - Parameters:
    ///   - text: the value.
    ///   - options: how it is read.
    ///   - message: the binary form of the outermost message.
    /// - Throws: ``CodecError`` naming the field; ``CodecError/Rule/wrongType`` for fields that no
    ///   such text can hold, as maps.
    package func append(
        _ text: String,
        options: JSONOptions,
        to message: inout OutputBuffer
    ) throws(CodecError) {
        let field = schemas[schemas.count - 1].entry(positions.last ?? 0)
        guard field.cardinality != .map, field.kind != .message || field.message.hasTextForm else {
            throw CodecError(.wrongType, at: 0, in: self.text)
        }
        var json = OutputBuffer()
        if field.isBare(text) {
            json.append(text)
        } else {
            json.appendJSON(text.utf8Span.span.asRawSpan)
        }
        do throws(CodecError) {
            let bytes = try JSONParser.parse(element: json.bytes, of: field, options: options)
            append(bytes.bytes, to: &message)
        } catch {
            throw CodecError(error.rule, at: 0, in: self.text, detail: error.detail)
        }
    }

    /// Appends the field to a message, all of whose value is a JSON text.
    ///
    /// - Parameters:
    ///   - json: the text, in UTF-8.
    ///   - options: how it is read.
    ///   - message: the binary form of the outermost message.
    /// - Throws: ``CodecError`` naming the field, the rule and the offset in the text.
    package func append(
        json: RawSpan,
        options: JSONOptions,
        to message: inout OutputBuffer
    ) throws(CodecError) {
        let field = schemas[schemas.count - 1].entry(positions.last ?? 0)
        let bytes = try JSONParser.parse(json, of: field, options: options)
        append(bytes.bytes, to: &message)
    }

    /// Appends the field to a message, a field of bytes that are there as they are.
    ///
    /// - Parameters:
    ///   - bytes: its value.
    ///   - message: the binary form of the outermost message.
    package func append(bytes: RawSpan, to message: inout OutputBuffer) {
        precondition(field.isBytes, "\(text) is no field of bytes")
        var contents = OutputBuffer(minimumCapacity: bytes.byteCount + 16)
        contents.appendField(tag: schemas[schemas.count - 1].entry(positions.last ?? 0).tag, bytes)
        append(contents.bytes, to: &message)
    }

    /// Appends fields of the innermost message, within those around it.
    private func append(_ fields: RawSpan, to message: inout OutputBuffer) {
        var marks: [MessageMark] = []
        for (schema, position) in zip(schemas, positions).dropLast() {
            marks.append(message.beginMessage(tag: schema.entry(position).tag))
        }
        message.append(fields)
        for mark in marks.reversed() { message.endMessage(mark) }
    }
}

extension FieldSchema {
    /// Whether it is a single field of bytes.
    package var isBytes: Bool {
        if case .bytes = type {
            cardinality == .implicit || cardinality == .explicit
        } else {
            false
        }
    }
}

extension MessageSchema {
    /// Whether a text can say all of a message in JSON.
    fileprivate var hasTextForm: Bool {
        wellKnownType.isWrapper || wellKnownType == .timestamp || wellKnownType == .duration
            || wellKnownType == .fieldMask
    }
}

extension FieldEntry {
    /// Whether a text stands for the value as it is, where JSON would not read it in quotes.
    fileprivate func isBare(_ text: String) -> Bool {
        let isBoolean =
            kind == .bool || (kind == .message && message.wellKnownType == .boolValue)
        if isBoolean { return text == "true" || text == "false" }
        guard kind == .enumeration, let first = text.utf8.first else { return false }
        let digits = first == UInt8(ascii: "-") ? text.utf8.dropFirst() : text.utf8[...]
        return !digits.isEmpty && digits.count <= 11
            && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
    }
}
