/// Why bytes are not a message: the rule they break, where, and in which field.
///
/// The same error serves the binary and the JSON form; it is the caller's fault in both, and maps
/// to `INVALID_ARGUMENT`.
public struct CodecError: Error, Hashable, Sendable {
    /// The rule that was broken.
    public let rule: Rule

    /// The offset of the first byte that breaks the rule, in the message as it was given.
    public let byteOffset: Int

    /// The field, as `events[3].occurred_at`; empty for the message itself.
    ///
    /// An entry of a map is named by its key where JSON is read or printed, as `labels["a"]`: the
    /// first 64 bytes of it, escaped as in JSON. Where binary form is read it is named by its
    /// place, as `labels[0].value`: there an entry is a message of two fields, and may break a rule
    /// before its key has come.
    public private(set) var fieldPath: String

    /// More about this case, as the name that is not known; may be empty.
    public let detail: String

    /// Makes an error.
    ///
    /// - Parameters:
    ///   - rule: the rule that was broken.
    ///   - byteOffset: where, from the start of the whole message.
    ///   - fieldPath: in which field; empty for the message itself.
    ///   - detail: more about this case.
    @inline(never)
    public init(_ rule: Rule, at byteOffset: Int, in fieldPath: String = "", detail: String = "") {
        self.rule = rule
        self.byteOffset = byteOffset
        self.fieldPath = fieldPath
        self.detail = detail
    }

    /// The same error, seen from the message that encloses it.
    ///
    /// - Parameter component: the enclosing field, as `events[3]`; empty for an unknown one.
    /// - Returns: the error with the longer path.
    func within(_ component: String) -> CodecError {
        if component.isEmpty { return self }
        var outer = self
        outer.fieldPath = fieldPath.isEmpty ? component : "\(component).\(fieldPath)"
        return outer
    }

    /// What a message must keep to.
    public enum Rule: String, Sendable, CaseIterable {
        // Binary form.
        case truncated = "the bytes end inside a field"
        case overlongVarint =
            "a varint is longer than ten bytes or 64 bits, or five bytes as a tag or length"
        case invalidTag = "a field number is zero or out of range, or its wire type does not exist"
        case unbalancedGroup = "a group is not closed, or closed without having been opened"
        case invalidUTF8 = "a string is not valid UTF-8"
        // Both forms.
        case tooDeep = "messages are nested deeper than the limit"
        case tooLarge = "the message is larger than the limit"
        case tooManyElements = "the message has more elements than the limit"
        // JSON form.
        case invalidJSON = "the text is not valid JSON"
        case unknownField = "the message has no field of that name"
        case duplicateField = "a field, a member of the same oneof or a map key is given twice"
        case wrongType = "the value has the wrong JSON type for the field"
        case outOfRange = "the number does not fit the field"
        case unknownEnumValue = "the enum has no value of that name"
        case invalidBase64 = "the text is not valid base64"
        case invalidWellKnownType = "the value is not in the form its well-known type requires"
        case unknownType = "the type of an Any is not known here"
    }
}

extension CodecError: CustomStringConvertible {
    /// One sentence for the caller: field, rule, place.
    public var description: String {
        let field = fieldPath.isEmpty ? "" : "\(fieldPath): "
        let more = detail.isEmpty ? "" : " (\(detail))"
        return "\(field)\(rule.rawValue)\(more), at byte \(byteOffset)"
    }
}
