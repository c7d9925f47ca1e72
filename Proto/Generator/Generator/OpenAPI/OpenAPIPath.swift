internal import Wire

/// A route's path as OpenAPI writes it: each part that may vary has a name of its own.
///
/// `/v1/{name=operations/*}:cancel` becomes `/v1/operations/{operation}:cancel`, for a parameter of
/// OpenAPI is one part of a path and holds no slash.
struct OpenAPIPath {
    /// The path, as `/v1/operations/{operation}:cancel`.
    let text: String
    /// What varies, in order; the path of the field that a part is the whole of, if it is one.
    let parameters: [(name: String, meaning: String, field: [String]?)]

    init(_ template: PathTemplate) {
        var parts: [String] = []
        var parameters: [(name: String, meaning: String, field: [String]?)] = []
        for (index, segment) in template.segments.enumerated() {
            if case .literal(let text) = segment {
                parts.append(text)
                continue
            }
            let variable = template.variables.first { $0.segments.contains(index) }
            let isWhole = variable.map { $0.segments.count == 1 } ?? false
            let field = variable?.fieldPath.joined(separator: ".") ?? "part"
            var name = field
            if !isWhole, index > 0, case .literal(let text) = template.segments[index - 1] {
                name = Self.singular(text)
            }
            while parameters.contains(where: { $0.name == name }) { name += "_" }
            parts.append("{\(name)}")
            parameters.append(
                (
                    name, isWhole || variable == nil ? "" : "What follows in the field `\(field)`.",
                    isWhole ? variable?.fieldPath : nil
                )
            )
        }
        let verb = template.customVerb.map { ":\($0)" } ?? ""
        text = "/" + parts.joined(separator: "/") + verb
        self.parameters = parameters
    }

    /// What one of a collection is called: `entries` are each an `entry`, `items` an `item`.
    private static func singular(_ plural: String) -> String {
        if plural.hasSuffix("ies") { return plural.dropLast(3) + "y" }
        return plural.hasSuffix("s") ? String(plural.dropLast()) : plural
    }
}
