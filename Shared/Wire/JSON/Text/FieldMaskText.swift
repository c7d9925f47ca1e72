/// The JSON form of `google.protobuf.FieldMask`: paths in lower camel case, with commas between.
///
/// Only paths that come back unchanged are let through, either way: letters, digits and dots, where
/// in the `.proto` form each `_` is followed by a lower-case letter and no letter is upper case.
enum FieldMaskText {
    /// Appends the field `paths` once for each path of a mask.
    ///
    /// - Parameters:
    ///   - text: the mask.
    ///   - output: where the message's fields go; holds part of them if false is returned.
    ///   - count: set to how many paths there are.
    /// - Returns: false if some path has a form that is not let through.
    static func parse(_ text: RawSpan, to output: inout OutputBuffer, count: inout Int) -> Bool {
        count = 0
        if text.byteCount == 0 { return true }
        var start = 0
        while true {
            var end = start
            while end < text.byteCount && text.byte(at: end) != UInt8(ascii: ",") { end += 1 }
            if end == start { return false }
            let mark = output.beginMessage(tag: pathsTag)
            for offset in start..<end {
                let byte = text.byte(at: offset)
                switch byte {
                case UInt8(ascii: "A")...UInt8(ascii: "Z"):
                    output.append(UInt8(ascii: "_"))
                    output.append(byte | 0x20)
                case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
                    UInt8(ascii: "."):
                    output.append(byte)
                default:
                    return false
                }
            }
            output.endMessage(mark)
            count += 1
            if end == text.byteCount { return true }
            start = end + 1
        }
    }

    /// Appends one path in lower camel case.
    ///
    /// - Returns: false if the path has a form that is not let through; part of it may have been
    ///   appended.
    static func append(path: RawSpan, to output: inout OutputBuffer) -> Bool {
        var isAfterUnderscore = false
        for offset in 0..<path.byteCount {
            let byte = path.byte(at: offset)
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"):
                output.append(isAfterUnderscore ? byte & ~0x20 : byte)
                isAfterUnderscore = false
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "."):
                if isAfterUnderscore { return false }
                output.append(byte)
            case UInt8(ascii: "_"):
                if isAfterUnderscore { return false }
                isAfterUnderscore = true
            default:
                return false
            }
        }
        return path.byteCount > 0 && !isAfterUnderscore
    }

    /// The tag of `repeated string paths = 1`.
    static let pathsTag: UInt32 = 1 << 3 | 2
}
