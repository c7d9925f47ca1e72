internal import Wire

/// A value of JSON, to be printed.
enum JSONValue: Equatable {
    case null
    case boolean(Bool)
    case number(Int)
    case string(String)
    case array([JSONValue])
    /// Members in the order they are printed in.
    case object([(String, JSONValue)])
    /// What is JSON already, as messages write it.
    case written(SharedBytes)

    /// A text; null for none.
    init(_ text: String?) { self = text.map { .string($0) } ?? .null }

    /// The value on one line, without white space.
    var text: String {
        var buffer = OutputBuffer()
        write(to: &buffer)
        return String(decoding: Array(copying: buffer.bytes), as: UTF8.self)
    }

    private func write(to buffer: inout OutputBuffer) {
        switch self {
        case .null: buffer.append("null")
        case .boolean(let value): buffer.append(value ? "true" : "false")
        case .number(let value): buffer.append("\(value)")
        case .string(let text): buffer.appendJSON(text.utf8Span.span.asRawSpan)
        case .written(let bytes): buffer.append(bytes.bytes)
        case .array(let values):
            buffer.append("[")
            for (place, value) in values.enumerated() {
                if place > 0 { buffer.append(",") }
                value.write(to: &buffer)
            }
            buffer.append("]")
        case .object(let members):
            buffer.append("{")
            for (place, (name, value)) in members.enumerated() {
                if place > 0 { buffer.append(",") }
                buffer.appendJSON(name.utf8Span.span.asRawSpan)
                buffer.append(":")
                value.write(to: &buffer)
            }
            buffer.append("}")
        }
    }

    static func == (left: JSONValue, right: JSONValue) -> Bool { left.text == right.text }
}
