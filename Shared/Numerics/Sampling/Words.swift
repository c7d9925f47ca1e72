/// Writes 64-bit words, lowest byte first, and a checksum.
struct WordWriter {
    private var words: [UInt64] = []

    mutating func write(_ word: UInt64) { words.append(word) }

    mutating func write(_ number: Int) { words.append(UInt64(bitPattern: Int64(number))) }

    mutating func write(_ number: Double) { words.append(number.bitPattern) }

    mutating func write(_ number: Double?) {
        write(number == nil ? 0 : 1)
        write(number ?? 0)
    }

    mutating func write(_ numbers: [Double]) {
        write(numbers.count)
        for number in numbers { write(number) }
    }

    /// A count of bytes, and the bytes of UTF-8, eight to a word.
    mutating func write(_ text: String) {
        let bytes = Array(text.utf8)
        write(bytes.count)
        for start in stride(from: 0, to: bytes.count, by: 8) {
            var word: UInt64 = 0
            for (index, byte) in bytes[start..<min(start + 8, bytes.count)].enumerated() {
                word |= UInt64(byte) << UInt64(8 * index)
            }
            write(word)
        }
    }

    /// Everything that was written, and last its checksum.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(8 * words.count + 8)
        for word in words + [checksum(words[...])] {
            for shift in stride(from: 0, to: 64, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(shift)))
            }
        }
        return bytes
    }
}

/// FNV-1a over words: it finds damage, not malice.
private func checksum(_ words: ArraySlice<UInt64>) -> UInt64 {
    words.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ $1) &* 0x0000_0100_0000_01b3 }
}

/// Reads what a ``WordWriter`` wrote; every count is checked before it is believed.
struct WordReader {
    private var words: ArraySlice<UInt64>

    init(_ bytes: [UInt8]) throws(SamplingFailure) {
        guard bytes.count % 8 == 0, bytes.count >= 8 else {
            throw .unreadable("it is cut off")
        }
        var words: [UInt64] = []
        words.reserveCapacity(bytes.count / 8)
        for start in stride(from: 0, to: bytes.count, by: 8) {
            var word: UInt64 = 0
            for index in 0..<8 { word |= UInt64(bytes[start + index]) << UInt64(8 * index) }
            words.append(word)
        }
        self.words = words.dropLast()
        guard checksum(self.words) == words.last else { throw .unreadable("it is damaged") }
    }

    mutating func word() throws(SamplingFailure) -> UInt64 {
        guard let word = words.popFirst() else { throw .unreadable("it is cut off") }
        return word
    }

    mutating func integer() throws(SamplingFailure) -> Int {
        Int(Int64(bitPattern: try word()))
    }

    mutating func number() throws(SamplingFailure) -> Double {
        Double(bitPattern: try word())
    }

    mutating func optionalNumber() throws(SamplingFailure) -> Double? {
        let isThere = try integer() == 1
        let number = try number()
        return isThere ? number : nil
    }

    /// A count of things that follow, of so many words each.
    mutating func count(wordsEach: Int) throws(SamplingFailure) -> Int {
        let count = try integer()
        guard count >= 0, count <= words.count / wordsEach else {
            throw .unreadable("it is cut off")
        }
        return count
    }

    mutating func numbers() throws(SamplingFailure) -> [Double] {
        let count = try count(wordsEach: 1)
        let numbers = words.prefix(count).map { Double(bitPattern: $0) }
        words = words.dropFirst(count)
        return numbers
    }

    /// Numbers of which it is known how many there are.
    mutating func numbers(_ count: Int) throws(SamplingFailure) -> [Double] {
        let numbers = try numbers()
        guard numbers.count == count else { throw .unreadable("its parts do not fit together") }
        return numbers
    }

    mutating func text(longest: Int) throws(SamplingFailure) -> String {
        let count = try integer()
        guard (0...longest).contains(count) else { throw .unreadable("a text is too long") }
        var bytes: [UInt8] = []
        while bytes.count < count {
            let word = try word()
            for index in 0..<min(8, count - bytes.count) {
                bytes.append(UInt8(truncatingIfNeeded: word >> UInt64(8 * index)))
            }
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw .unreadable("a text is no UTF-8")
        }
        return text
    }

    func end() throws(SamplingFailure) {
        guard words.isEmpty else { throw .unreadable("there is more than there should be") }
    }
}
