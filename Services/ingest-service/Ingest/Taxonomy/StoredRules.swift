internal import Messages
internal import RPC
internal import Taxonomy
internal import Telemetry

/// A version of a tenant's rules.
struct StoredRules: Sendable {
    /// 0 for a tenant that has never put any.
    let version: Int64
    /// The tenant's own, as they were put.
    let own: [IngestV1.ChannelRule]
    let hasDefaultGroup: Bool
    var reason = ""
    var actor = ""
    var time: UTCTimestamp?

    /// What a tenant has that has never put any.
    static let initial = StoredRules(version: 0, own: [], hasDefaultGroup: true)

    /// The rules so that they can be asked.
    ///
    /// - Throws: INVALID_ARGUMENT with a violation for each fault of the tenant's own.
    func ruleSet() throws(RPCError) -> RuleSet {
        try own.ruleSet(of: .visits, with: hasDefaultGroup ? DefaultChannelGroup.rules : [])
    }

    /// The version as callers see it.
    ///
    /// - Parameter rules: in the order in which they are asked; nil to leave them out.
    /// - Returns: the message.
    func message(_ rules: RuleSet?) -> IngestV1.ChannelRules {
        var message = IngestV1.ChannelRules()
        message.version = version
        message.rules = rules?.rules.map { IngestV1.ChannelRule($0) } ?? []
        message.includesDefaultGroup = hasDefaultGroup
        message.reason = reason
        message.actor = actor
        message.createTime = time.map { GoogleProtobuf.Timestamp($0) }
        return message
    }
}

extension [IngestV1.ChannelRule] {
    /// The rules so that they can be asked.
    ///
    /// - Parameters:
    ///   - subject: what they are about.
    ///   - others: ours, that are asked with them.
    /// - Returns: all of them.
    /// - Throws: INVALID_ARGUMENT with a violation for each fault.
    func ruleSet(
        of subject: RuleSet.Subject,
        with others: [ChannelRule] = []
    ) throws(RPCError) -> RuleSet {
        var rules: [ChannelRule] = []
        var violations = FieldViolations()
        for (index, message) in enumerated() {
            if let rule = ChannelRule(message, at: "rules[\(index)]", &violations) {
                rules.append(rule)
            }
        }
        try violations.finish("the rules are not well made")
        do {
            return try RuleSet(rules + others, of: subject)
        } catch {
            for fault in error.faults { violations.check(false, fault.field, fault.reason) }
            try violations.finish("the rules are not well made")
            throw RPCError(.invalidArgument, "\(error)")
        }
    }
}
