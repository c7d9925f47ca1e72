/// Text of a path or a query, whose bytes may stand as `%` and two digits (RFC 3986, section 2.1).
package enum PercentText {
    /// Undoes the escapes.
    ///
    /// - Parameters:
    ///   - text: as it came.
    ///   - keepsSlashes: whether `%2F` stays as it is, so that it is told from a `/`.
    ///   - readsPluses: whether a `+` is a blank, as in forms.
    /// - Returns: nil if an escape is broken, or what comes of it is no UTF-8.
    package static func decode(
        _ text: some StringProtocol,
        keepsSlashes: Bool = false,
        readsPluses: Bool = false
    ) -> String? {
        let percent = UInt8(ascii: "%")
        let plus = UInt8(ascii: "+")
        guard text.utf8.contains(where: { $0 == percent || ($0 == plus && readsPluses) }) else {
            return String(text)
        }
        var bytes: [UInt8] = []
        bytes.reserveCapacity(text.utf8.count)
        var rest = text.utf8[...]
        while let byte = rest.popFirst() {
            guard byte == percent else {
                bytes.append(byte == plus && readsPluses ? UInt8(ascii: " ") : byte)
                continue
            }
            guard let first = rest.popFirst(), let second = rest.popFirst(),
                let high = digit(first), let low = digit(second)
            else { return nil }
            let value = high << 4 | low
            if keepsSlashes && value == UInt8(ascii: "/") {
                bytes += [percent, first, second]
            } else {
                bytes.append(value)
            }
        }
        return String(validating: bytes, as: UTF8.self)
    }

    /// Escapes what may not stand in a part of a query as it is: all but letters and digits of
    /// ASCII and `-._~`.
    ///
    /// - Parameter text: what is meant.
    /// - Returns: the text with its escapes.
    package static func encode(_ text: String) -> String {
        var bytes: [UInt8] = []
        for byte in text.utf8 {
            if isUnreserved(byte) {
                bytes.append(byte)
            } else {
                appendEscape(of: byte, to: &bytes)
            }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// Appends `%` and two digits.
    package static func appendEscape(of byte: UInt8, to bytes: inout [UInt8]) {
        bytes.append(UInt8(ascii: "%"))
        for half in [byte >> 4, byte & 15] {
            bytes.append(half < 10 ? UInt8(ascii: "0") + half : UInt8(ascii: "A") + half - 10)
        }
    }

    private static func isUnreserved(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."),
            UInt8(ascii: "_"), UInt8(ascii: "~"):
            true
        default: false
        }
    }

    /// The value of a hexadecimal digit; nil for any other byte.
    package static func digit(_ byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }
}
