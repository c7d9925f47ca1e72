/// Random values that favour the edges of their types, where codecs differ.
extension SeededGenerator {
    /// A number of a range.
    public mutating func number(in range: ClosedRange<Int>) -> Int {
        Int.random(in: range, using: &self)
    }

    /// Whether something happens that does so once in so many times.
    public mutating func happens(onceIn times: Int) -> Bool {
        number(in: 1...times) == 1
    }

    /// An element of a list that is not empty.
    public mutating func pick<Element>(_ elements: [Element]) -> Element {
        elements[number(in: 0...elements.count - 1)]
    }

    /// 64 bits: an edge of some integer type, or a number of any magnitude.
    public mutating func integerBits() -> UInt64 {
        if happens(onceIn: 3) {
            let edges: [Int64] = [
                0, 1, -1, 127, 128, 16_383, 16_384, Int64(Int32.max), Int64(Int32.min),
                Int64(UInt32.max), Int64.max, Int64.min,
            ]
            return UInt64(bitPattern: pick(edges))
        }
        return next() >> UInt64(number(in: 0...63))
    }

    /// An edge, a plain number or random bits, NaN with any payload among them.
    public mutating func double() -> Double {
        let edges: [Double] = [
            0, -0.0, 1, -1.5, 0.1, .infinity, -.infinity, .nan, .leastNonzeroMagnitude,
            -.leastNormalMagnitude, .greatestFiniteMagnitude, 9_007_199_254_740_992, 1e21, 1e-7,
        ]
        return happens(onceIn: 3) ? pick(edges) : Double(bitPattern: next())
    }

    /// An edge, a plain number or random bits, NaN with any payload among them.
    public mutating func float() -> Float {
        let edges: [Float] = [
            0, -0.0, 1, -1.5, 0.1, .infinity, -.infinity, .nan, .leastNonzeroMagnitude,
            -.leastNormalMagnitude, .greatestFiniteMagnitude, 16_777_216, 1e21, 1e-7,
        ]
        let bits = UInt32(truncatingIfNeeded: next())
        return happens(onceIn: 3) ? pick(edges) : Float(bitPattern: bits)
    }

    /// Text with characters of one to four bytes and of each edge, but U+0000 only if asked for.
    public mutating func text(withNUL: Bool) -> String {
        let edges: [Unicode.Scalar] = [
            "\u{1}", "\"", "\\", "/", "<", "\u{7F}", "\u{80}", "\u{7FF}", "\u{800}", "\u{2028}",
            "\u{D7FF}", "\u{E000}", "\u{FEFF}", "\u{FFFF}", "\u{10000}", "\u{10FFFF}", "\u{301}",
        ]
        var text = ""
        for _ in 0..<number(in: 0...(happens(onceIn: 10) ? 200 : 12)) {
            switch number(in: 0...9) {
            case 0: text.unicodeScalars.append(pick(edges))
            case 1: text += withNUL ? "\0" : "é"
            case 2: text += pick(["ß", "λ", "語", "🦊", "\n"])
            default: text.unicodeScalars.append(Unicode.Scalar(UInt8(number(in: 0x20...0x7E))))
            }
        }
        return text
    }

    /// A few bytes of any value.
    public mutating func bytes() -> [UInt8] {
        (0..<number(in: 0...12)).map { _ in UInt8(truncatingIfNeeded: next()) }
    }
}
