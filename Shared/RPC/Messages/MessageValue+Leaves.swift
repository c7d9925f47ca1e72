internal import Messages
package import Wire

extension MessageValue {
    /// All single values of a message, as JSON has them, by the places where they stand.
    ///
    /// - Returns: values by places as `channels[tv].lags`.
    /// - Throws: `CodecError` if it cannot be said in JSON, as nothing causes that was read.
    package func leaves() throws(CodecError) -> [String: String] {
        var leaves: [String: String] = [:]
        var root = GoogleProtobuf.Value()
        root.kind = .structValue(try GoogleProtobuf.Struct(json: try jsonText()))
        try root.note(at: "", in: &leaves)
        return leaves
    }
}

extension GoogleProtobuf.Value {
    fileprivate func note(
        at path: String,
        in leaves: inout [String: String]
    ) throws(CodecError) {
        switch kind {
        case .structValue(let object)?:
            for name in object.fields.keys {
                guard let member = object.fields[name] else { continue }
                try member.note(at: path.isEmpty ? name : "\(path).\(name)", in: &leaves)
            }
        case .listValue(let list)?:
            for (index, element) in list.values.enumerated() {
                var place = "\(index)"
                // What has a name is called by it; where it stands is another matter.
                if case .structValue(let object)? = element.kind,
                    case .stringValue(let name)? = object.fields["name"]?.kind, !name.isEmpty
                {
                    place = name
                    leaves["\(path)[\(place)]#"] = "\(index)"
                }
                try element.note(at: "\(path)[\(place)]", in: &leaves)
            }
        default: leaves[path] = try jsonText()
        }
    }
}
