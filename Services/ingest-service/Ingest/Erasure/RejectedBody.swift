internal import Messages
internal import Wire

/// A row that was rejected, as to what it says: the event that it was to be, if that can be read.
struct RejectedBody: Sendable {
    let number: Int64
    let form: RejectedRow.Form
    let bytes: SharedBytes

    /// What the event would be known by; nil if it cannot be read.
    var eventID: String? {
        switch content {
        case .event(let event): event.eventID
        case .object(let fields):
            SegmentEvent(fields, call: "", in: .init(), currency: "").eventID
        case .value, .line, .text: nil
        }
    }

    /// Whether a text of it is one of some names; of what cannot be read, whether a name stands in
    /// it.
    func names(anyOf names: Set<String>) -> Bool {
        switch content {
        case .event(let event): event.names(anyOf: names)
        case .object(let fields): fields.names(anyOf: names)
        case .value(let value): value.names(anyOf: names)
        case .line(let texts): !texts.isDisjoint(with: names)
        case .text(let text): names.contains { text.contains($0) }
        }
    }

    private enum Content {
        case event(IngestV1.Event)
        case object(GoogleProtobuf.Struct)
        case value(GoogleProtobuf.Value)
        case line(Set<String>)
        case text(String)
    }

    private var content: Content {
        switch form {
        case .protobuf(IngestV1.Event.schema.fullName):
            if let event = try? IngestV1.Event(decoding: bytes.bytes) { return .event(event) }
        case .json:
            if let fields = try? GoogleProtobuf.Struct(json: bytes.bytes) { return .object(fields) }
            if let value = try? GoogleProtobuf.Value(json: bytes.bytes) { return .value(value) }
        case .line: return .line(LineTexts.texts(of: bytes))
        default: break
        }
        return .text(String(decoding: Array(copying: bytes.bytes), as: UTF8.self))
    }
}

extension IngestV1.Event {
    fileprivate func names(anyOf names: Set<String>) -> Bool {
        let texts = [userID, anonymousID, previousID, eventID, sessionID, orderID, name]
        if texts.contains(where: names.contains) { return true }
        guard let object = try? GoogleProtobuf.Struct(json: properties) else {
            return names.contains { properties.contains($0) }
        }
        return object.names(anyOf: names)
    }
}

extension GoogleProtobuf.Struct {
    fileprivate func names(anyOf names: Set<String>) -> Bool {
        fields.contains { name, value in names.contains(name) || value.names(anyOf: names) }
    }
}

extension GoogleProtobuf.Value {
    /// As deep as what was read: that is bounded.
    fileprivate func names(anyOf names: Set<String>) -> Bool {
        switch kind {
        case .stringValue(let text): names.contains(text)
        case .numberValue(let number):
            Int64(exactly: number).map { names.contains(String($0)) } ?? false
        case .structValue(let object): object.names(anyOf: names)
        case .listValue(let list): list.values.contains { $0.names(anyOf: names) }
        case .boolValue, .nullValue, nil: false
        }
    }
}
