internal import Messages
internal import Postgres
internal import Taxonomy
internal import Tenancy
internal import Wire

// From the moment that rules are put no event is stored by older ones, whoever has mapped it and
// whenever: see ``Statement/holdIntake``.
extension Statement {
    /// The version in force; 0 for a tenant that has never put any.
    static let rulesVersion = Statement(
        "ingest.rules_version",
        "select coalesce(max(version), 0) from channel_rules"
    )
}

/// Where a visit belongs, as an event has it.
struct StoredChannel: Hashable, Sendable {
    let channel: Int32?
    let confidence: Float

    /// Maps a visit.
    ///
    /// - Parameters:
    ///   - traffic: where the visitor came from.
    ///   - mapper: the rules.
    ///   - channels: the numbers of channels, by their slugs.
    init(_ traffic: TrafficSource, by mapper: ChannelMapper, _ channels: [String: Int32]) {
        let mapped = mapper.map(traffic)
        channel = channels[mapped.channel.description]
        confidence = Float(mapped.confidence.value)
    }
}

extension EventRow {
    /// The row as other rules map it, and other definitions decide it; the same if these have.
    ///
    /// - Parameter tenant: the rules and the definitions in force.
    /// - Returns: the row.
    /// - Throws: DATA_LOSS, which nothing causes that was read.
    func mapped(by tenant: TenantKnowledge) throws -> EventRow {
        var content = content
        if content.definitions != tenant.conversions.version {
            try content.decide(by: tenant.conversions)
        }
        if let version = content.rulesVersion, version != tenant.mapper.version,
            let clues = try TouchClues(rest: content.rest)
        {
            let found = StoredChannel(TrafficSource(clues), by: tenant.mapper, tenant.channels)
            content.channel = found.channel
            content.confidence = found.confidence
            content.rulesVersion = tenant.mapper.version
        }
        return EventRow(content)
    }
}
