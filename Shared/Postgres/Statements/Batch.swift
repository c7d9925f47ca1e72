internal import Wire

/// Statements with their values, which go to the server together and fail together.
public struct Batch: Sendable {
    struct Step: Sendable {
        let statement: Statement
        /// Where its values are in `fields`.
        let fields: Range<Int>
        /// Whether the caller is given its result.
        let isKept: Bool
    }

    var steps: [Step] = []
    private(set) var fields: [BoundField] = []
    private var writer = PostgresWriter()

    /// What all values may have together, in bytes.
    private static let mostBytes = 256 << 20
    /// What the protocol has room for.
    private static let mostValues = 65_535

    /// A batch without statements.
    public init() {}

    /// Adds a statement.
    ///
    /// - Parameters:
    ///   - statement: the statement.
    ///   - values: what is bound to `$1` and so on.
    public mutating func append<each Value: PostgresEncodable>(
        _ statement: Statement,
        _ values: repeat each Value
    ) {
        let start = fields.count
        repeat bind(each values)
        addStep(statement, from: start, isKept: true)
    }

    mutating func appendUnkept<each Value: PostgresEncodable>(
        _ statement: Statement,
        _ values: repeat each Value
    ) {
        let start = fields.count
        repeat bind(each values)
        addStep(statement, from: start, isKept: false)
    }

    /// Adds what settles whose rows the following statements see, and until when they may run.
    mutating func appendPreamble(
        _ scope: SessionScope?,
        isReadOnly: Bool = false,
        remaining: Duration
    ) {
        let (seconds, attoseconds) = remaining.components
        let milliseconds = seconds * 1_000 + attoseconds / 1_000_000_000_000_000
        // 0 would be no limit.
        let timeout = "\(min(max(milliseconds, 1), 1 << 31 - 1))"
        if let scope {
            let statement: Statement = isReadOnly ? .readOnlyPreamble : .preamble
            appendUnkept(statement, scope.role, scope.schema, timeout)
        } else {
            appendUnkept(isReadOnly ? .readOnlyTimeout : .timeout, timeout)
        }
    }

    /// Adds the statements of another batch.
    mutating func append(contentsOf other: Batch) {
        let firstField = fields.count
        let firstByte = UInt32(writer.count)
        writer.append(other.writer.bytes)
        if let fault = other.writer.fault { writer.note(fault) }
        if writer.count > Self.mostBytes { writer.note(.tooLarge) }
        for field in other.fields {
            fields.append(
                BoundField(
                    offset: firstByte &+ field.offset,
                    length: field.length,
                    type: field.type
                )
            )
        }
        for step in other.steps {
            let range = step.fields.lowerBound + firstField..<step.fields.upperBound + firstField
            steps.append(Step(statement: step.statement, fields: range, isKept: step.isKept))
        }
    }

    private mutating func addStep(_ statement: Statement, from start: Int, isKept: Bool) {
        if fields.count - start > Self.mostValues { writer.note(.tooLarge) }
        steps.append(Step(statement: statement, fields: start..<fields.count, isKept: isKept))
    }

    private mutating func bind<Value: PostgresEncodable>(_ value: Value) {
        let start = writer.count
        let isNull = value.isPostgresNull
        if !isNull { value.write(to: &writer) }
        let length = writer.count - start
        if writer.count > Self.mostBytes { return writer.note(.tooLarge) }
        fields.append(
            BoundField(
                offset: UInt32(start),
                length: isNull ? -1 : Int32(length),
                type: Value.postgresType
            )
        )
    }

    /// How many statements there are.
    public var count: Int { steps.count }

    /// The values, one after the other, and perhaps bytes of none.
    var bytes: [UInt8] { writer.room }

    /// Throws what could not be bound.
    func check() throws(PostgresError) {
        switch writer.fault {
        case nil: return
        case .nullCharacter:
            throw PostgresError(.invalidValue, "text with U+0000 was bound", query: firstName)
        case .tooLarge:
            throw PostgresError(.invalidValue, "values are too large to bind", query: firstName)
        }
    }

    var firstName: String? { steps.first { $0.isKept }.map { "\($0.statement.name)" } }
}
