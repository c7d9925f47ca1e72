internal import Wire

/// A cursor over the numbers and names of a date.
struct DateWords: ~Escapable {
    private let text: RawSpan
    private var position = 0

    /// What stood before the last number.
    private(set) var separator: UInt8 = 0

    @_lifetime(copy text)
    init(_ text: RawSpan) { self.text = text }

    var isAtEnd: Bool { position == text.byteCount }

    /// The number if there is nothing else, up to a point.
    var onlyNumber: Int? {
        let point = text.firstOffset(of: UInt8(ascii: "."), from: 0)
        let isDate = point < 8 || text.byteCount > point + 10
        return isDate ? nil : text.extracting(0..<point).number
    }

    private var byte: UInt8 { position < text.byteCount ? text.byte(at: position) : 0 }

    /// How many digits stand next.
    var digitCount: Int {
        var end = position
        while end < text.byteCount, text.byte(at: end) &- UInt8(ascii: "0") < 10 { end += 1 }
        return end - position
    }

    /// Passes over a number and what separates it from the next.
    @_lifetime(self: copy self)
    mutating func number(_ digits: ClosedRange<Int>) -> Int? {
        let count = digitCount
        guard digits.contains(count) else { return nil }
        let number = text.extracting(position..<position + count).number
        position += count
        passSeparators()
        return number
    }

    /// Passes over one separator and blanks around it.
    @_lifetime(self: copy self)
    private mutating func passSeparators() {
        separator = 0
        while position < text.byteCount {
            switch byte {
            case UInt8(ascii: "-"), UInt8(ascii: "/"), UInt8(ascii: "."), UInt8(ascii: ","):
                if separator > 0x20 { return }
                separator = byte
            case UInt8(ascii: " "):
                if separator == 0 { separator = byte }
            default: return
            }
            position += 1
        }
    }

    /// Passes over a year; one of two digits is of this century, or of the last from 70 on.
    @_lifetime(self: copy self)
    mutating func year() -> Int? {
        let count = digitCount
        guard count == 2 || count == 4 else { return nil }
        let number = text.extracting(position..<position + count).number
        position += count
        guard let number else { return nil }
        return count == 4 ? number : number < 70 ? 2_000 + number : 1_900 + number
    }

    /// Passes over `st`, `nd`, `rd`, `th` behind a day.
    @_lifetime(self: copy self)
    mutating func passOrdinal() -> Bool {
        for ending: StaticString in ["st", "nd", "rd", "th"] {
            if position + 2 <= text.byteCount,
                text.extracting(position..<position + 2).equalsIgnoringCase(ending)
            {
                position += 2
                passSeparators()
                break
            }
        }
        return true
    }

    private var letterEnd: Int {
        var end = position
        while end < text.byteCount {
            let byte = text.byte(at: end)
            guard byte >= 0x80 || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte | 0x20)
            else { break }
            end += 1
        }
        return end
    }

    /// Passes over a month's name, a point after it, and what separates it from the next.
    @_lifetime(self: copy self)
    mutating func month() -> Int? {
        let end = letterEnd
        guard end - position >= 3 else { return nil }
        let word = String(repairing: text.extracting(position..<end)).lowercased()
        guard word.count >= 3, word != "jui",
            let month = Self.months.firstIndex(where: { $0.contains { $0.hasPrefix(word) } })
        else { return nil }
        position = end
        if byte == UInt8(ascii: ".") { position += 1 }
        passSeparators()
        return month + 1
    }

    /// Passes over the name of a weekday with a comma or blank behind it.
    @_lifetime(self: copy self)
    mutating func passWeekday() {
        let end = letterEnd
        guard end - position >= 2 else { return }
        let word = String(repairing: text.extracting(position..<end)).lowercased()
        guard Self.weekdays.contains(where: { word.hasPrefix($0) }), end < text.byteCount else {
            return
        }
        position = end
        passSeparators()
    }

    /// Passes over a time of day.
    ///
    /// - Returns: microseconds since midnight.
    @_lifetime(self: copy self)
    mutating func time() -> Int? {
        while byte == UInt8(ascii: " ") || byte == UInt8(ascii: ",") { position += 1 }
        if byte == UInt8(ascii: "T") || byte == UInt8(ascii: "t") { position += 1 }
        guard var hour = pair(), byte == UInt8(ascii: ":") else { return nil }
        position += 1
        guard digitCount == 2, let minute = pair() else { return nil }
        var second = 0
        var fraction = 0
        if byte == UInt8(ascii: ":") {
            position += 1
            guard digitCount == 2, let number = pair() else { return nil }
            second = number
            if byte == UInt8(ascii: ".") || byte == UInt8(ascii: ",") {
                position += 1
                let end = position + digitCount
                guard let millionths = text.extracting(0..<end).fraction(from: position) else {
                    return nil
                }
                fraction = millionths
                position = end
            }
        }
        if let isAfternoon = halfOfDay() {
            guard (1...12).contains(hour) else { return nil }
            hour = hour % 12 + (isAfternoon ? 12 : 0)
        }
        // A leap second counts as the one before it.
        guard hour < 24, minute < 60, second <= 60 else { return nil }
        return (hour * 3_600 + minute * 60 + min(second, 59)) * 1_000_000 + fraction
    }

    @_lifetime(self: copy self)
    private mutating func pair() -> Int? {
        let count = digitCount
        guard (1...2).contains(count) else { return nil }
        defer { position += count }
        return text.extracting(position..<position + count).number
    }

    /// Passes over `AM` or `PM`.
    @_lifetime(self: copy self)
    private mutating func halfOfDay() -> Bool? {
        var start = position
        while start < text.byteCount, text.byte(at: start) == UInt8(ascii: " ") { start += 1 }
        guard start + 2 == text.byteCount else { return nil }
        let word = text.extracting(start..<start + 2)
        let isAfternoon = word.equalsIgnoringCase("pm")
        guard isAfternoon || word.equalsIgnoringCase("am") else { return nil }
        position = start + 2
        return isAfternoon
    }

    /// Passes over `Z`, `UTC`, `GMT`, `+01:00`, `+0100` or `+01`.
    ///
    /// - Returns: seconds ahead of UTC; nil if there is no zone, which then is still to be read.
    @_lifetime(self: copy self)
    mutating func zone() -> Int? {
        let start = position
        while byte == UInt8(ascii: " ") { position += 1 }
        let rest = text.extracting(position..<text.byteCount)
        if rest.equalsIgnoringCase("z") || rest.equalsIgnoringCase("utc")
            || rest.equalsIgnoringCase("gmt")
        {
            position = text.byteCount
            return 0
        }
        let sign = byte
        if sign == UInt8(ascii: "+") || sign == UInt8(ascii: "-") {
            position += 1
            let count = digitCount
            if count == 2 || count == 4,
                var digits = text.extracting(position..<position + count).number
            {
                position += count
                if count == 2 {
                    digits *= 100
                    if byte == UInt8(ascii: ":") {
                        position += 1
                        if digitCount == 2, let minutes = pair() { digits += minutes }
                    }
                }
                if digits / 100 <= 18, digits % 100 < 60 {
                    let seconds = digits / 100 * 3_600 + digits % 100 * 60
                    return sign == UInt8(ascii: "-") ? -seconds : seconds
                }
            }
        }
        position = start
        return nil
    }

    /// Beginnings of weekdays' names, in English and German.
    private static let weekdays = [
        "mon", "tue", "wed", "thu", "fri", "sat", "sun", "die", "mit", "don", "fre", "sam", "son",
    ]

    /// The months' names; three letters are enough, but for French `jui`, which begins two.
    private static let months = [
        "january januar jänner janvier enero gennaio",
        "february februar février fevrier febrero febbraio",
        "march märz maerz mrz mars marzo",
        "april avril abril aprile",
        "may mai mayo maggio",
        "june juni juin junio giugno",
        "july juli juillet julio luglio",
        "august août aout agosto",
        "september septembre septiembre settembre",
        "october oktober octobre octubre ottobre",
        "november novembre noviembre",
        "december dezember décembre decembre diciembre dicembre",
    ].map { $0.split(separator: " ") }
}
