/// How names are spelled in JSON.
///
/// Below `/api` as in the `.proto`, with the values of enums in lower case and without the enum's
/// own name; everywhere else as protobuf's canonical JSON has them.
enum OpenAPISpelling: String, CaseIterable {
    case canonical
    case snake

    init(path: String) { self = path.hasPrefix("/api/") ? .snake : .canonical }

    func name(of field: ProtoField) -> String {
        self == .snake ? field.name : field.jsonName
    }

    func name(of value: String, in declared: ProtoEnum) -> String {
        guard self == .snake else { return value }
        let prefix = SwiftNames.screamingSnakeCase(declared.name) + "_"
        return (value.hasPrefix(prefix) ? String(value.dropFirst(prefix.count)) : value)
            .lowercased()
    }

    /// The name of a message's or enum's schema: full names have no two meanings.
    func schemaName(_ reference: String) -> String {
        let name = String(reference.drop { $0 == "." })
        return self == .snake ? name + ".snake" : name
    }
}
