import Contracts
import Messages
import RPC
import Telemetry
import TestTenants
import Wire

// Calls that delete and forget, with the tenant's word in every text.
extension TenantAPI {
    static let erasureCalls: [TenantCall] = [
        .unary(
            IngestV1.Erasure.deleteEvents,
            answering: IngestV1.DeleteEventsResponse.View.self
        ) { words in
            var request = IngestV1.DeleteEventsRequest()
            request.eventIDs = ["\(words.canary)-s\(words.round)", "absent \(words.canary)"]
            request.withRejected = true
            return request
        },
        // A commit that both tenants have, and a request that is refused.
        .unary(
            IngestV1.Erasure.deleteEvents,
            answering: IngestV1.DeleteEventsResponse.View.self
        ) { _ in
            var request = IngestV1.DeleteEventsRequest()
            request.commitIDs = [1]
            request.dryRun = true
            return request
        },
        .unary(
            IngestV1.Erasure.deleteEvents,
            answering: IngestV1.DeleteEventsResponse.View.self
        ) { words in
            var request = IngestV1.DeleteEventsRequest()
            (request.origin, request.batch) = (words.canary, words.canary)
            return request
        },
        // In a request and a trace that have the tenant's word, of which the job tells.
        TenantCall(IngestV1.Erasure.forgetPerson) { channel, words in
            let client = IngestV1.Erasure.Client(channel)
            var options = CallOptions()
            options.requestID = RequestID(words.canary)
            options.traceContext = TraceContext(
                traceparent: "00-\(words.canary)-00000000000000aa-01"
            )
            var request = IngestV1.ForgetPersonRequest()
            (request.userID, request.anonymousID) = ("gone \(words.canary)", "shared")
            request.reference = "case \(words.canary)"
            request.suppress = true
            let answer = try await client.forgetPerson(request, options: options)
            return [answer.message.canonicalBytes()]
        },
        .unary(
            IngestV1.Erasure.forgetPerson,
            answering: IngestV1.ForgetPersonResponse.View.self
        ) { words in
            var request = IngestV1.ForgetPersonRequest()
            request.userID = String(repeating: words.canary, count: 7)
            return request
        },
        .unary(
            IngestV1.Erasure.listForgotten,
            answering: IngestV1.ListForgottenResponse.View.self
        ) { _ in IngestV1.ListForgottenRequest() },
        .unary(
            IngestV1.Erasure.unsuppressPerson,
            answering: IngestV1.Forgetting.View.self
        ) { _ in
            var request = IngestV1.UnsuppressPersonRequest()
            request.anonymousID = "shared"
            return request
        },
        .unary(
            IngestV1.Erasure.unsuppressPerson,
            answering: IngestV1.Forgetting.View.self
        ) { words in
            var request = IngestV1.UnsuppressPersonRequest()
            request.userID = "absent \(words.canary)"
            return request
        },
    ]
}
