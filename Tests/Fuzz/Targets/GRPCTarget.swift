import HTTP2
import RPC
import Wire

/// Any fields and any body, cut anywhere, are refused with an error or are a call of gRPC whose
/// parts, written again, read as they did.
///
/// An input has a line `name:value` for each field, an empty line, and the body.
struct GRPCTarget {
    /// The options that the input's first byte chooses.
    let bits: UInt8

    /// The most bytes that a message may have, as it travels and unfolded.
    var limit: Int { bits & 1 != 0 ? 40 : 4_096 }

    /// After how many bytes each the body is cut.
    var step: Int {
        switch bits >> 1 & 7 {
        case 0: 1
        case 1: 2
        case 2: 4
        case 3: 5
        case 4: 6
        case 5: 11
        case 6: 64
        default: 1_024
        }
    }

    /// Whether what takes long is tried too: folding the body.
    var isThorough: Bool { bits & 16 != 0 }

    func run(_ input: RawSpan) {
        let (fields, start) = Self.fields(input)
        let body = Array(copying: input.extracting(start..<input.byteCount))
        check(requestFields: fields)
        check(metadata: fields)
        check(answerFields: fields)
        for field in fields.fields { check(value: fields.value(of: field)) }
        check(value: body.rawBytes)
        check(duration: body)
        check(sending: body)
        check(messages: body)
        if isThorough { check(folding: body) }
    }

    /// The fields, and where the body begins.
    private static func fields(_ input: RawSpan) -> (HeaderBlock, Int) {
        var fields = HeaderBlock()
        var start = 0
        var position = 0
        while position < input.byteCount {
            defer { position += 1 }
            guard input.byte(at: position) == UInt8(ascii: "\n") else { continue }
            if start == position { return (fields, position + 1) }
            let line = input.extracting(start..<position)
            start = position + 1
            // The names of pseudo-fields begin with a colon.
            var colon = 1
            while colon < line.byteCount && line.byte(at: colon) != UInt8(ascii: ":") { colon += 1 }
            let value = line.extracting(min(colon + 1, line.byteCount)..<line.byteCount)
            fields.append(line.extracting(0..<min(colon, line.byteCount)), value)
        }
        return (fields, input.byteCount)
    }
}
