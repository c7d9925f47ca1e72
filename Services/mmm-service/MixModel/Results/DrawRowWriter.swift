internal import MediaMix
internal import Messages
internal import Wire

/// Writes draws as rows, some at a time.
struct DrawRowWriter: Sendable {
    private let fit: MixFit
    private let names: [String]
    private let isJSON: Bool
    /// The next draw, counted over all chains.
    private var next = 0

    /// About so many bytes are written at a time.
    private static let bytesAtOnce = 200_000
    /// A number takes about so many bytes, in JSON with its name.
    private static let bytesOfNumber = 20

    /// - Parameters:
    ///   - fit: what draws are of.
    ///   - isJSON: whether rows are objects of JSON.
    init(_ fit: MixFit, asJSON isJSON: Bool) {
        self.fit = fit
        self.isJSON = isJSON
        names = fit.model.parameterNames
    }

    /// The next rows, and what writes those after them; nil if there are none.
    func rows() -> (MixModelV1.DrawRows, DrawRowWriter?) {
        var buffer = OutputBuffer()
        if next == 0, !isJSON { header(into: &buffer) }
        let nameBytes = isJSON ? names.reduce(0) { $0 + $1.utf8.count } : 0
        let bytesOfRow = names.count * Self.bytesOfNumber + nameBytes
        let draws = fit.draws
        let end = min(
            next + max(1, Self.bytesAtOnce / bytesOfRow),
            draws.count * draws.chains.count
        )
        let values = fit.parameters(of: next..<end)
        for (index, place) in (next..<end).enumerated() {
            let (chain, draw) = place.quotientAndRemainder(dividingBy: draws.count)
            row(chain, draw, values[index], into: &buffer)
        }
        var message = MixModelV1.DrawRows()
        message.rows = String(decoding: [UInt8](copying: buffer.bytes), as: UTF8.self)
        message.draws = Int64(end - next)
        var rest = self
        rest.next = end
        return (message, end == draws.count * draws.chains.count ? nil : rest)
    }

    private func header(into buffer: inout OutputBuffer) {
        buffer.append("chain,draw")
        for name in names {
            // Names of parameters have commas between labels, and may have quotes in these.
            buffer.append(",\"\(name.replacing("\"", with: "\"\""))\"")
        }
        buffer.append("\n")
    }

    private func row(
        _ chain: Int,
        _ draw: Int,
        _ values: [Double],
        into buffer: inout OutputBuffer
    ) {
        guard isJSON else {
            buffer.append("\(chain),\(draw)")
            for value in values { buffer.append(",\(value)") }
            buffer.append("\n")
            return
        }
        buffer.append("{\"chain\":\(chain),\"draw\":\(draw)")
        for (name, value) in zip(names, values) {
            buffer.append(",")
            buffer.appendJSON(name.utf8Span.span.asRawSpan)
            // JSON has no word for numbers that are not finite.
            buffer.append(value.isFinite ? ":\(value)" : ":null")
        }
        buffer.append("}\n")
    }
}
