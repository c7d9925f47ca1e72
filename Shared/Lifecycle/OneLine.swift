/// Text from outside in quotes, on one line, with escapes for what does not show, not too long.
func excerpt(_ text: String) -> String {
    let longest = 80
    var quoted = "\""
    for scalar in text.unicodeScalars.prefix(longest) {
        quoted += scalar.isPrinted ? scalar.escaped(asASCII: false) : scalar.escaped(asASCII: true)
    }
    return quoted + (text.unicodeScalars.count > longest ? "…\"" : "\"")
}

/// Text that others wrote, on one line of a report, and not too long.
func oneLine(_ text: String) -> String {
    let longest = 300
    var line = ""
    for scalar in text.unicodeScalars.prefix(longest) {
        line.unicodeScalars.append(scalar.isPrinted ? scalar : " ")
    }
    return text.unicodeScalars.count > longest ? line + "…" : line
}

extension Unicode.Scalar {
    /// Whether it shows as itself: neither a control nor one that turns or joins its neighbours.
    fileprivate var isPrinted: Bool {
        switch properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .privateUse, .surrogate,
            .unassigned:
            false
        default: true
        }
    }
}
