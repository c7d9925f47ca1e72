internal import Wire

/// Writes JSON member by member: objects over several lines, arrays of numbers on one.
struct JSONText: ~Copyable {
    private var buffer = OutputBuffer()
    private var depth = 0
    private var isFirst = true

    /// All that was written.
    var bytes: [UInt8] { Array(copying: buffer.bytes) }

    /// Writes an object.
    ///
    /// - Parameters:
    ///   - name: that of the member; nil in an array, and for the whole.
    ///   - body: writes its members.
    mutating func object(_ name: String? = nil, _ body: (inout JSONText) -> Void) {
        group(name, "{", "}", body)
    }

    /// Writes an array; its values have no names.
    mutating func array(_ name: String? = nil, _ body: (inout JSONText) -> Void) {
        group(name, "[", "]", body)
    }

    /// Writes a text.
    mutating func text(_ name: String? = nil, _ value: String) {
        begin(name)
        buffer.appendJSON(value.utf8Span.span.asRawSpan)
    }

    /// Writes a number, by the fewest digits that tell it from others.
    mutating func number(_ name: String? = nil, _ value: Double) {
        begin(name)
        buffer.append("\(value)")
    }

    /// Writes a whole number.
    mutating func number(_ name: String? = nil, _ value: Int) {
        begin(name)
        buffer.append("\(value)")
    }

    /// Writes cents as a number of whole units.
    mutating func money(_ name: String? = nil, cents: Int) {
        begin(name)
        buffer.append(Cents.text(cents))
    }

    /// Writes numbers on one line.
    mutating func numbers(_ name: String? = nil, _ values: [Double]) {
        begin(name)
        buffer.append("[" + values.map { "\($0)" }.joined(separator: ",") + "]")
    }

    /// Writes texts on one line.
    mutating func texts(_ name: String? = nil, _ values: [String]) {
        begin(name)
        buffer.append("[")
        for (place, value) in values.enumerated() {
            if place > 0 { buffer.append(",") }
            buffer.appendJSON(value.utf8Span.span.asRawSpan)
        }
        buffer.append("]")
    }

    private mutating func group(
        _ name: String?,
        _ open: String,
        _ close: String,
        _ body: (inout JSONText) -> Void
    ) {
        begin(name)
        buffer.append(open)
        depth += 1
        isFirst = true
        body(&self)
        depth -= 1
        if !isFirst { newLine() }
        buffer.append(close)
        isFirst = false
        if depth == 0 { buffer.append("\n") }
    }

    private mutating func begin(_ name: String?) {
        if !isFirst { buffer.append(",") }
        isFirst = false
        if depth > 0 { newLine() }
        guard let name else { return }
        buffer.appendJSON(name.utf8Span.span.asRawSpan)
        buffer.append(": ")
    }

    private mutating func newLine() {
        buffer.append("\n" + String(repeating: " ", count: 2 * depth))
    }
}
