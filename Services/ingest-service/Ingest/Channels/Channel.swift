internal import Messages
internal import RPC
internal import Taxonomy
internal import Telemetry

/// What a tenant's marketing is divided into, as a caller describes it.
struct Channel: Sendable, Hashable {
    let slug: ChannelSlug
    let label: String
    let parent: ChannelSlug?
    let aliases: [ChannelSlug]
    let color: Int

    /// How many channels a tenant has at most.
    static let most = 500

    /// Checks a description.
    ///
    /// - Parameter message: as it came; nil if none did.
    /// - Throws: INVALID_ARGUMENT with a violation for each fault.
    init(_ message: IngestV1.Channel?) throws(RPCError) {
        var violations = FieldViolations()
        let message = message ?? IngestV1.Channel()
        let rule = "expected 1 to 63 of a-z, 0-9 and _, a letter first"
        let slug = ChannelSlug(message.slug)
        violations.check(slug != nil, "channel.slug", rule)
        let parent = ChannelSlug(message.parent)
        violations.check(message.parent.isEmpty || parent != nil, "channel.parent", rule)
        violations.check(
            message.parent.isEmpty || message.parent != message.slug,
            "channel.parent",
            "a channel is no part of itself"
        )
        violations.check(
            message.label.count <= 100,
            "channel.label",
            "expected 0 to 100 characters"
        )
        violations.check((0...6).contains(message.color), "channel.color", "expected 0 to 6")
        violations.check(message.aliases.count <= 50, "channel.aliases", "expected 0 to 50")
        var aliases: [ChannelSlug] = []
        for (index, text) in message.aliases.prefix(50).enumerated() {
            let alias = ChannelSlug(text)
            violations.check(alias != nil, "channel.aliases[\(index)]", rule)
            violations.check(
                text != message.slug && !aliases.contains { $0.description == text },
                "channel.aliases[\(index)]",
                "each name once"
            )
            if let alias { aliases.append(alias) }
        }
        try violations.finish("the channel is not well described")
        guard let slug else { throw RPCError(.invalidArgument, "channel.slug: \(rule)") }
        self.slug = slug
        label = message.label.isEmpty ? Self.label(of: slug) : message.label
        self.parent = parent
        self.aliases = aliases
        color = Int(message.color)
    }

    /// `paid_social` as `Paid Social`.
    private static func label(of slug: ChannelSlug) -> String {
        slug.description.split(separator: "_")
            .map { $0.prefix(1).uppercased() + $0.dropFirst() }
            .joined(separator: " ")
    }
}
