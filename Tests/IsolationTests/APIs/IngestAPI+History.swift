import Contracts
import Messages
import RPC
import Telemetry
import TestTenants
import Wire

// Calls about what rules have made of events, with the tenant's word in every text.
extension TenantAPI {
    private typealias History = IngestV1.TaxonomyHistory

    static let historyCalls: [TenantCall] = [
        .unary(History.getUnknownShare, answering: IngestV1.UnknownShare.View.self) { _ in
            IngestV1.GetUnknownShareRequest()
        },
        .unary(History.getUnknownShare, answering: IngestV1.UnknownShare.View.self) { words in
            var request = IngestV1.GetUnknownShareRequest()
            request.from = words.canary
            return request
        },
        .unary(History.getCoverage, answering: IngestV1.Coverage.View.self) { _ in
            IngestV1.GetCoverageRequest()
        },
        .unary(
            History.getChannelConfidence,
            answering: IngestV1.ChannelConfidences.View.self
        ) { _ in IngestV1.GetChannelConfidenceRequest() },
        .unary(
            History.getChannelConfidence,
            answering: IngestV1.ChannelConfidences.View.self
        ) { words in
            var request = IngestV1.GetChannelConfidenceRequest()
            request.channel = words.canary
            return request
        },
        .unary(History.dryRunRules, answering: IngestV1.RulesDryRun.View.self) { words in
            var request = IngestV1.DryRunRulesRequest()
            request.rules = rules(named: words.canary, words).rules
            return request
        },
        // In a request and a trace that have the tenant's word.
        TenantCall(History.remapHistory) { channel, words in
            var options = CallOptions()
            options.requestID = RequestID(words.canary)
            options.traceContext = TraceContext(
                traceparent: "00-\(words.canary)-00000000000000aa-01"
            )
            let client = IngestV1.TaxonomyHistory.Client(channel)
            let started = try await client.remapHistory(.init(), options: options)
            return [started.message.canonicalBytes()]
        },
        .unary(History.remapHistory, answering: OperationsV1.Operation.View.self) { words in
            var request = IngestV1.RemapHistoryRequest()
            request.to = words.canary
            return request
        },
    ]
}
