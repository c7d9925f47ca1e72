/// Messages as rows of CSV (RFC 4180), as their table says.
///
/// A message has rows if it has a repeated field of messages: each is a row, its fields columns,
/// those of messages within it under joined names; or else if it has repeated scalars, which are
/// columns of equal rank. What a column cannot show is JSON in its cell. Text that a spreadsheet
/// would take for a formula begins with an apostrophe.
package struct CSVTable: Sendable {
    private let schema: MessageSchema
    private let shape: Shape

    private enum Shape: Sendable {
        /// The position of the repeated field, and the columns of its messages.
        case list(Int, [Column])
        /// The repeated scalars.
        case series([Column])
    }

    /// A column: the way from a row's message to a field.
    struct Column: Sendable {
        let schemas: [MessageSchema]
        let positions: [Int]
        /// The field, to be printed alone.
        let value: SingleField

        init?(_ schemas: [MessageSchema], _ positions: [Int]) {
            guard let schema = schemas.last, let position = positions.last,
                let value = SingleField(schema.fields[position].name, of: schema)
            else { return nil }
            self.schemas = schemas
            self.positions = positions
            self.value = value
        }

        /// The field.
        var field: FieldEntry { schemas[schemas.count - 1].entry(positions.last ?? 0) }
    }

    /// How deep messages within a row have columns of their own.
    private static let deepest = 3

    /// Finds the rows of a message; nil if it has none.
    ///
    /// Made once: what it makes lives as long as the process.
    ///
    /// - Parameter schema: its type.
    package init?(_ schema: MessageSchema) {
        self.schema = schema
        let positions = schema.fields.indices
        if let list = positions.first(where: { schema.entry($0).isRowList }) {
            shape = .list(list, Self.columns(of: schema.entry(list).message, below: [], []))
            return
        }
        let series = positions.filter { schema.entry($0).isSeries }
            .compactMap { Column([schema], [$0]) }
        if series.isEmpty { return nil }
        shape = .series(series)
    }

    private static func columns(
        of schema: MessageSchema,
        below schemas: [MessageSchema],
        _ positions: [Int]
    ) -> [Column] {
        let schemas = schemas + [schema]
        return schema.fields.indices.flatMap { position -> [Column] in
            let field = schema.entry(position)
            guard field.kind == .message, !field.isRepeated,
                !field.message.wellKnownType.hasOwnForm, schemas.count < deepest,
                !schemas.contains(field.message)
            else { return Column(schemas, positions + [position]).map { [$0] } ?? [] }
            return columns(of: field.message, below: schemas, positions + [position])
        }
    }

    /// Appends a message as CSV, its names first.
    ///
    /// - Parameters:
    ///   - message: its binary form, from whomever.
    ///   - options: how names and values are printed.
    ///   - output: where the text goes.
    /// - Throws: ``CodecError`` if the message breaks a rule, or cannot be printed.
    package func write(
        _ message: SharedBytes,
        options: JSONOptions,
        to output: inout OutputBuffer
    ) throws(CodecError) {
        writeNames(options: options, to: &output)
        try writeRows(message, options: options, to: &output)
    }

    /// Appends the names of the columns.
    ///
    /// - Parameters:
    ///   - options: how they are printed.
    ///   - output: where the text goes.
    package func writeNames(options: JSONOptions, to output: inout OutputBuffer) {
        let columns =
            switch shape {
            case .list(_, let columns), .series(let columns): columns
            }
        CSVWriter(options).names(columns.map { $0.name(options) }, to: &output)
    }

    /// Appends a message as CSV without the names, as one of several that are one table.
    ///
    /// - Parameters: as for ``write(_:options:to:)``.
    /// - Throws: ``CodecError`` if the message breaks a rule, or cannot be printed.
    package func writeRows(
        _ message: SharedBytes,
        options: JSONOptions,
        to output: inout OutputBuffer
    ) throws(CodecError) {
        let checked = try message.checked(as: schema, limits: options.limits)
        let writer = CSVWriter(options)
        switch shape {
        case .list(let position, let columns):
            let field = schema.entry(position)
            var reader = WireReader(checked.bytes)
            while let tag = reader.nextTag() {
                guard tag == field.tag else {
                    reader.skip(tag)
                    continue
                }
                let row = reader.slice()
                try writer.row(checked.bytes, row, columns, to: &output)
            }
        case .series(let columns):
            try writer.series(checked.bytes, columns, to: &output)
        }
    }
}

extension CSVTable.Column {
    /// The names on the way, with dots between them.
    fileprivate func name(_ options: JSONOptions) -> String {
        zip(schemas, positions).map { schema, position in
            let field = schema.fields[position]
            return options.usesProtoNames ? field.name : field.jsonName
        }.joined(separator: ".")
    }
}

extension FieldEntry {
    fileprivate var isRowList: Bool {
        kind == .message && cardinality == .repeated && !message.wellKnownType.hasOwnForm
    }

    fileprivate var isSeries: Bool {
        kind != .message && (cardinality == .repeated || cardinality == .packed)
    }
}
