internal import Messages
internal import Wire

// Fields of an object of JSON whose shape nobody promises.
extension GoogleProtobuf.Struct {
    /// A text; empty if there is none, or it is of another kind.
    func text(_ name: String) -> String {
        if case .stringValue(let text)? = fields[name]?.kind { text } else { "" }
    }

    /// An object; empty if there is none, or it is of another kind.
    func object(_ name: String) -> GoogleProtobuf.Struct {
        if case .structValue(let object)? = fields[name]?.kind { object } else { Self() }
    }

    /// An amount or an id, which senders write as a text or as a number; empty if there is none.
    func textOrNumber(_ name: String) -> String {
        switch fields[name]?.kind {
        case .stringValue(let text): text
        case .numberValue(let number):
            // Numbers of JSON are whole if they can be: no `.0` stands in an id.
            Int64(exactly: number).map(String.init) ?? "\(number)"
        default: ""
        }
    }
}
