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
        switch definition.content {
        case .touchRule(let rule)?: try rule.leaves()
        case .conversionDefinitions(let definitions)?: try definitions.leaves()
        case nil: [:]
        }
    }
}
