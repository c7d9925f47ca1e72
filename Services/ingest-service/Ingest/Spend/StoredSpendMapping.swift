internal import Messages
internal import RPC
internal import Taxonomy
internal import Telemetry

/// A version of a tenant's mapping of spend.
struct StoredSpendMapping: Sendable {
    /// 0 for a tenant that has never put any.
    let version: Int64
    /// The rules as they were put.
    let rules: [IngestV1.ChannelRule]
    var reason = ""
    var actor = ""
    var time: UTCTimestamp?

    /// What a tenant has that has never put any: nothing is mapped.
    static let initial = StoredSpendMapping(version: 0, rules: [])

    /// The rules so that they can be asked.
    ///
    /// - Throws: INVALID_ARGUMENT with a violation for each fault.
    func ruleSet() throws(RPCError) -> RuleSet { try rules.ruleSet(of: .spend) }

    /// The version as callers see it, with the rules in the order in which they are asked.
    func message(_ set: RuleSet) -> IngestV1.SpendMapping {
        var message = IngestV1.SpendMapping()
        message.version = version
        message.rules = set.rules.map { IngestV1.ChannelRule($0) }
        message.reason = reason
        message.actor = actor
        message.createTime = time.map { GoogleProtobuf.Timestamp($0) }
        return message
    }
}
