internal import Taxonomy

/// What the channels of a file are called among a tenant's.
struct ImportChannels: Sendable {
    /// The numbers of the tenant's channels by their slugs and aliases.
    let numbers: [String: Int32]

    /// The slug of a name: `Paid Search` is `paid_search`.
    ///
    /// - Parameter name: as the file has it.
    /// - Returns: the name itself if it is a slug or an alias, or if no slug comes of it.
    func slug(of name: String) -> String {
        if numbers[name] != nil { return name }
        return Self.slug(of: name)?.description ?? name
    }

    /// The slug that a name gives; nil if it has no letter that a slug has.
    static func slug(of name: String) -> ChannelSlug? {
        var text = ""
        for scalar in name.lowercased().unicodeScalars {
            switch scalar {
            case "a"..."z": text.unicodeScalars.append(scalar)
            case "0"..."9" where !text.isEmpty: text.unicodeScalars.append(scalar)
            default: if !text.isEmpty && !text.hasSuffix("_") { text += "_" }
            }
        }
        text = String(text.prefix(63))
        while text.hasSuffix("_") { text.removeLast() }
        return ChannelSlug(text)
    }

    /// The names of which there is no channel, each with its slug, in their order.
    func unknown(among names: [String]) -> [(name: String, slug: ChannelSlug)] {
        var found: Set<String> = []
        return names.compactMap { name in
            guard numbers[name] == nil, let slug = Self.slug(of: name),
                numbers[slug.description] == nil, found.insert(slug.description).inserted
            else { return nil }
            return (name, slug)
        }
    }
}
