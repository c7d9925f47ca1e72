/// Writes one JSON object on one line, with strings cut to a limit.
struct JSONLineWriter {
    /// What stands at the end of an object of which something was left out.
    static let truncationMark = ",\"truncated\":true"

    /// The lengths of the strings that may be cut, as written, in their order.
    private(set) var stringLengths: [Int] = []
    /// Whether something was left out.
    private(set) var hasCut = false

    private let stringLimit: Int
    private var bytes: [UInt8] = [UInt8(ascii: "{")]
    private var isFirst = true

    /// Begins an object.
    ///
    /// - Parameter stringLimit: how many bytes each string may have between its quotes, escaped.
    init(stringLimit: Int) {
        self.stringLimit = stringLimit
        bytes.reserveCapacity(512)
    }

    /// Ends the object and the line.
    ///
    /// - Returns: the line with its newline.
    func finish() -> [UInt8] {
        var line = bytes
        if hasCut { line.append(contentsOf: Self.truncationMark.utf8) }
        line.append(UInt8(ascii: "}"))
        line.append(UInt8(ascii: "\n"))
        return line
    }

    /// Notes that something was left out before it came here.
    mutating func noteLoss() {
        hasCut = true
    }

    mutating func string(_ name: String, _ text: String) {
        begin(name)
        bytes.append(UInt8(ascii: "\""))
        let start = bytes.count
        // No byte becomes more than six.
        if text.utf8.count <= stringLimit / 6 {
            for byte in text.utf8 { append(escaped: byte) }
        } else {
            appendCut(text)
        }
        stringLengths.append(bytes.count - start)
        bytes.append(UInt8(ascii: "\""))
    }

    mutating func value(_ name: String, _ value: LogValue) {
        switch value {
        case .string(let text):
            string(name, text)
        case .integer(let number):
            begin(name)
            bytes.append(contentsOf: String(number).utf8)
        case .double(let number):
            begin(name)
            if number.isFinite {
                bytes.append(contentsOf: number.description.utf8)
            } else {
                let text = number.isNaN ? "NaN" : number < 0 ? "-Infinity" : "Infinity"
                bytes.append(contentsOf: "\"\(text)\"".utf8)
            }
        case .boolean(let truth):
            begin(name)
            bytes.append(contentsOf: (truth ? "true" : "false").utf8)
        }
    }

    mutating func timestamp(_ name: String, _ time: UTCTimestamp) {
        plain(name) { time.append(to: &$0) }
    }

    /// Writes a text that needs no escaping and is never cut.
    mutating func plain(_ name: String, _ append: (inout [UInt8]) -> Void) {
        begin(name)
        bytes.append(UInt8(ascii: "\""))
        append(&bytes)
        bytes.append(UInt8(ascii: "\""))
    }

    /// Writes a duration in milliseconds with three decimals, rounded down; not below zero.
    mutating func milliseconds(_ name: String, _ duration: Duration) {
        begin(name)
        let (seconds, attoseconds) = max(duration, .zero).components
        // A few hundred years, so that the microseconds fit.
        let microseconds = min(seconds, 9_000_000_000) * 1_000_000 + attoseconds / 1_000_000_000_000
        bytes.append(contentsOf: String(microseconds / 1_000).utf8)
        bytes.append(UInt8(ascii: "."))
        bytes.appendDecimal(microseconds % 1_000, digits: 3)
    }

    mutating func beginObject(_ name: String) {
        begin(name)
        bytes.append(UInt8(ascii: "{"))
        isFirst = true
    }

    mutating func endObject() {
        bytes.append(UInt8(ascii: "}"))
        isFirst = false
    }

    // MARK: Parts

    /// Writes the name of a member, which is plain ASCII.
    private mutating func begin(_ name: String) {
        if !isFirst { bytes.append(UInt8(ascii: ",")) }
        isFirst = false
        bytes.append(UInt8(ascii: "\""))
        bytes.append(contentsOf: name.utf8)
        bytes.append(UInt8(ascii: "\""))
        bytes.append(UInt8(ascii: ":"))
    }

    /// Writes as many whole characters of Unicode as fit.
    private mutating func appendCut(_ text: String) {
        let end = bytes.count + stringLimit
        for scalar in text.unicodeScalars {
            let start = bytes.count
            for byte in UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter {
                append(escaped: byte)
            }
            if bytes.count > end {
                bytes.removeLast(bytes.count - start)
                hasCut = true
                return
            }
        }
    }

    private mutating func append(escaped byte: UInt8) {
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"): appendShort(byte)
        case 0x20...: bytes.append(byte)
        case 0x08: appendShort(UInt8(ascii: "b"))
        case 0x09: appendShort(UInt8(ascii: "t"))
        case 0x0a: appendShort(UInt8(ascii: "n"))
        case 0x0c: appendShort(UInt8(ascii: "f"))
        case 0x0d: appendShort(UInt8(ascii: "r"))
        default:
            bytes.append(contentsOf: "\\u00".utf8)
            bytes.append(Hexadecimal.digit(UInt64(byte >> 4)))
            bytes.append(Hexadecimal.digit(UInt64(byte)))
        }
    }

    private mutating func appendShort(_ letter: UInt8) {
        bytes.append(UInt8(ascii: "\\"))
        bytes.append(letter)
    }
}
