/// One thing that happened, before it becomes a line.
struct LogRecord {
    let time: UTCTimestamp
    let level: LogLevel
    let message: String
    let service: String
    let version: String
    let fields: LogFields

    /// How many bytes a line may have, with its newline.
    static let longestLine = 16 * 1_024

    /// The record as one JSON object and a newline, of at most ``longestLine`` bytes.
    ///
    /// Of a record that is too long the longest strings are cut, all to the same length, and
    /// `"truncated":true` says so.
    func line() -> [UInt8] {
        // A string that fills a line by itself is cut already here: memory is bounded.
        var draft = JSONLineWriter(stringLimit: Self.longestLine)
        write(to: &draft)
        let line = draft.finish()
        if line.count <= Self.longestLine && !draft.hasCut { return line }
        let mark = draft.hasCut ? 0 : JSONLineWriter.truncationMark.utf8.count
        let withoutStrings = line.count + mark - draft.stringLengths.reduce(0, +)
        let room = Self.longestLine - withoutStrings
        let limit = Self.commonLimit(of: draft.stringLengths, room: room)
        var writer = JSONLineWriter(stringLimit: limit)
        write(to: &writer)
        return writer.finish()
    }

    private func write(to writer: inout JSONLineWriter) {
        writer.timestamp("ts", time)
        writer.string("level", level.text)
        writer.string("msg", message)
        writer.string("service", service)
        writer.string("version", version)
        if let traceID = fields.traceID { writer.plain("trace_id") { traceID.append(to: &$0) } }
        if let spanID = fields.spanID { writer.plain("span_id") { spanID.append(to: &$0) } }
        if let requestID = fields.requestID { writer.string("request_id", requestID) }
        if let tenant = fields.tenant { writer.string("tenant", tenant) }
        if let route = fields.route { writer.string("route", route) }
        if let code = fields.code { writer.string("code", code) }
        if let duration = fields.duration { writer.milliseconds("dur_ms", duration) }
        if let error = fields.error {
            writer.beginObject("err")
            writer.string("type", error.type)
            if let sqlState = error.sqlState { writer.string("sqlstate", sqlState) }
            writer.endObject()
        }
        for field in fields.free { writer.value(field.name, field.value) }
        if fields.hasLostFields { writer.noteLoss() }
    }

    /// The length to which strings must be cut for all of them to fit.
    ///
    /// - Parameters:
    ///   - lengths: of each string, uncut.
    ///   - room: for all strings together.
    /// - Returns: the greatest such length; strings that are shorter leave the others their room.
    static func commonLimit(of lengths: [Int], room: Int) -> Int {
        var room = max(room, 0)
        var count = lengths.count
        for length in lengths.sorted() {
            if length > room / count { return room / count }
            room -= length
            count -= 1
        }
        return longestLine
    }
}
