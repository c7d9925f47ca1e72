internal import HTTP2
internal import RPC
internal import Wire

/// Writes the messages of a stream as one table of CSV, whose names come first.
///
/// A table has no place for an error: a stream that fails is broken off, so that nobody takes what
/// has come for the whole.
final class CSVStreamWriter: StreamAnswerWriter {
    private let route: Route
    private let table: CSVTable
    private let instance: String
    private let common: HeaderBlock
    private var hasNames = false

    let tellsErrors = false

    /// - Parameters:
    ///   - route: what was called.
    ///   - table: the rows of its messages.
    ///   - instance: the path that was asked for.
    ///   - common: fields of every answer.
    init(_ route: Route, _ table: CSVTable, instance: String, common: HeaderBlock) {
        self.route = route
        self.table = table
        self.instance = instance
        self.common = common
    }

    func translated(_ frame: SharedBytes) throws(RPCError) -> SharedBytes {
        var text = OutputBuffer()
        do throws(CodecError) {
            try table.writeRows(frame.message, options: route.options, to: &text)
        } catch {
            throw .unreadable(error, route.method.output)
        }
        return SharedBytes(adopting: text)
    }

    func opening(_ opening: HeaderBlock) -> HeaderBlock {
        var fields = HTTPFields.opening(200, type: "text/csv; charset=utf-8", count: nil)
        HTTPFields.append(metadataOf: opening, to: &fields) { !$0.equals("http-status") }
        fields.append(common)
        return fields
    }

    func part(_ translated: SharedBytes) -> SharedBytes {
        if hasNames { return translated }
        var text = OutputBuffer(minimumCapacity: translated.count + 256)
        appendNames(to: &text)
        text.append(translated.bytes)
        return SharedBytes(adopting: text)
    }

    func ending(_ error: RPCError?, _ trailers: HeaderBlock) -> SharedBytes? {
        if hasNames { return nil }
        var text = OutputBuffer()
        appendNames(to: &text)
        return SharedBytes(adopting: text)
    }

    private func appendNames(to text: inout OutputBuffer) {
        table.writeNames(options: route.options, to: &text)
        hasNames = true
    }

    func refusal(
        _ error: RPCError,
        _ opening: HeaderBlock,
        _ trailers: HeaderBlock
    ) -> (HeaderBlock, SharedBytes) {
        RESTText.problem(error, opening, trailers, at: instance, common)
    }
}
