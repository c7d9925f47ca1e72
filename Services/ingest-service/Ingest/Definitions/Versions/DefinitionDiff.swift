internal import Messages
internal import RPC
internal import Wire

/// In what two versions of a definition differ, place by place.
enum DefinitionDiff {
    /// Compares what two versions say.
    ///
    /// - Parameters:
    ///   - before: the one.
    ///   - after: the other.
    /// - Returns: the places where they differ, in their order.
    /// - Throws: an error if either cannot be said in JSON, as nothing causes that was read.
    static func changes(
        from before: IngestV1.Definition,
        to after: IngestV1.Definition
    ) throws -> [IngestV1.DefinitionDiff.Change] {
        let (old, new) = (try leaves(of: before), try leaves(of: after))
        return Set(old.keys).union(new.keys).sorted().compactMap { path in
            guard old[path] != new[path] else { return nil }
            var change = IngestV1.DefinitionDiff.Change()
            change.path = path
            change.before = old[path] ?? ""
            change.after = new[path] ?? ""
            return change
        }
    }

    /// All values of a definition, by their places.
    private static func leaves(of definition: IngestV1.Definition) throws -> [String: String] {
        var leaves: [String: String] = [:]
        let text =
            switch definition.content {
            case .touchRule(let rule)?: try rule.jsonText()
            case .conversionDefinitions(let definitions)?: try definitions.jsonText()
            case nil: "{}"
            }
        var root = GoogleProtobuf.Value()
        root.kind = .structValue(try GoogleProtobuf.Struct(json: text))
        try note(root, at: "", in: &leaves)
        return leaves
    }

    private static func note(
        _ value: GoogleProtobuf.Value,
        at path: String,
        in leaves: inout [String: String]
    ) throws {
        switch value.kind {
        case .structValue(let object)?:
            for name in object.fields.keys {
                guard let member = object.fields[name] else { continue }
                try note(member, at: path.isEmpty ? name : "\(path).\(name)", in: &leaves)
            }
        case .listValue(let list)?:
            for (index, element) in list.values.enumerated() {
                var place = "\(index)"
                // What has a name is called by it; where it stands is another matter.
                if case .structValue(let object)? = element.kind, !object.text("name").isEmpty {
                    place = object.text("name")
                    leaves["\(path)[\(place)]#"] = "\(index)"
                }
                try note(element, at: "\(path)[\(place)]", in: &leaves)
            }
        default: leaves[path] = try value.jsonText()
        }
    }
}
