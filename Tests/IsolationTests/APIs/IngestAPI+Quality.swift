import Contracts
import Messages
import RPC
import Telemetry
import TestTenants
import Wire

// Calls of data quality: rules in the tenant's words, a snapshot, and what follows from it.
extension TenantAPI {
    static let qualityCalls: [TenantCall] = [
        .unary(
            IngestV1.DataQuality.putRule,
            answering: IngestV1.PutQualityRuleResponse.View.self
        ) { words in rule(words) },
        .unary(
            IngestV1.DataQuality.putRule,
            answering: IngestV1.PutQualityRuleResponse.View.self
        ) { words in
            var request = rule(words)
            request.rule?.metric = words.canary
            return request
        },
        // What comes after it looks at what it has found.
        TenantCall(IngestV1.DataQuality.takeSnapshot) { channel, words in
            let client = IngestV1.DataQuality.Client(channel)
            var request = IngestV1.TakeSnapshotRequest()
            request.date = today
            let before = try await client.listSnapshots(.init()).message.value().snapshots.count
            var options = CallOptions()
            options.requestID = RequestID(words.canary)
            options.traceContext = TraceContext(
                traceparent: "00-\(words.canary)-00000000000000aa-01"
            )
            let answer = try await client.takeSnapshot(request, options: options).message
            while try await client.listSnapshots(.init()).message.value().snapshots.count == before
            { await Task.yield() }
            return [answer.canonicalBytes()]
        },
        .unary(
            IngestV1.DataQuality.listSnapshots,
            answering: IngestV1.ListSnapshotsResponse.View.self
        ) { _ in IngestV1.ListSnapshotsRequest() },
        .unary(
            IngestV1.DataQuality.getSnapshot,
            answering: IngestV1.QualitySnapshot.View.self
        ) { _ in IngestV1.GetSnapshotRequest() },
        .unary(
            IngestV1.DataQuality.listFindings,
            answering: IngestV1.ListFindingsResponse.View.self
        ) { _ in IngestV1.ListFindingsRequest() },
        TenantCall(IngestV1.DataQuality.noteFinding) { channel, words in
            let client = IngestV1.DataQuality.Client(channel)
            var list = IngestV1.ListFindingsRequest()
            list.rule = name(words)
            let findings = try await client.listFindings(list).message.value().findings
            var request = IngestV1.NoteFindingRequest()
            request.number = findings.first?.number ?? 0
            request.reason = "because of \(words.canary)"
            return [try await client.noteFinding(request).message.canonicalBytes()]
        },
        // The number is that of any tenant's first finding.
        .unary(
            IngestV1.DataQuality.noteFinding,
            answering: IngestV1.QualityFinding.View.self
        ) { words in
            var request = IngestV1.NoteFindingRequest()
            request.number = 1
            request.reason = words.canary
            return request
        },
        .unary(
            IngestV1.DataQuality.listRules,
            answering: IngestV1.ListQualityRulesResponse.View.self
        ) { _ in IngestV1.ListQualityRulesRequest() },
        .unary(
            IngestV1.DataQuality.deleteRule,
            answering: IngestV1.DeleteQualityRuleResponse.View.self
        ) { words in
            var request = IngestV1.DeleteQualityRuleRequest()
            request.name = "absent_\(words.canary)"
            return request
        },
    ]

    private static func name(_ words: TenantWords) -> String { "r\(words.canary)" }

    /// A rule that any event breaks.
    private static func rule(_ words: TenantWords) -> IngestV1.PutQualityRuleRequest {
        var rule = IngestV1.QualityRule()
        rule.name = name(words)
        rule.metric = "future_rows"
        rule.comparison = .above
        rule.threshold = -1
        rule.dimensions = MapField([("kind", "event"), ("source", words.canary)])
        rule.severity = .info
        rule.advice = "ask \(words.canary)"
        var request = IngestV1.PutQualityRuleRequest()
        request.rule = rule
        request.reason = "because of \(words.canary)"
        return request
    }

    /// The day it is, in UTC.
    private static var today: String {
        let date = CivilDate(daysSince1970: UTCTimestamp.now.milliseconds / 86_400_000)
        return "\(date.year)-" + (date.month < 10 ? "0" : "") + "\(date.month)-"
            + (date.day < 10 ? "0" : "") + "\(date.day)"
    }
}
