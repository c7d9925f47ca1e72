import Messages
import RPC
import Telemetry
import TestContracts
import TestMessages
import TestTenants
import Wire

extension TenantAPI {
    private typealias Example = TestingV1.Example
    private typealias Job = TestingV1.Job

    /// Calls about the jobs of the example, after those that make items.
    static let exampleJobCalls: [TenantCall] = [
        // To its end, in a request and a trace that have the tenant's word.
        TenantCall(Example.startExport) { channel, words in
            let client = Example.Client(channel)
            var options = CallOptions()
            options.requestID = RequestID(words.canary)
            options.traceContext = TraceContext(
                traceparent: "00-\(words.canary)-00000000000000aa-01"
            )
            let started = try await client.startExport(
                .titled("\(words.canary) \(words.round)", key: "export-\(words.round)"),
                options: options
            )
            return [started.message.canonicalBytes()]
                + (try await jobs(until: \.isOver, of: started.message.value().name, client))
        },
        // The same key again for something else, and one that fails by itself.
        .unary(Example.startExport, answering: Job.View.self) { words in
            TestingV1.StartExportRequest.titled("other \(words.canary)", key: "export-0")
        },
        TenantCall(Example.startExport) { channel, words in
            let client = Example.Client(channel)
            var request = TestingV1.StartExportRequest.titled(words.canary, key: "f\(words.round)")
            request.hops = 1
            let name = try await client.startExport(request).message.value().name
            return try await jobs(until: \.isOver, of: name, client)
        },
        // Cancelled after the owner has been told how far it is.
        TenantCall(Example.cancelJob) { channel, words in
            let client = Example.Client(channel)
            var cancel = TestingV1.CancelJobRequest()
            var request = TestingV1.StartExportRequest.titled(
                "long \(words.canary)",
                key: "long-\(words.round)"
            )
            request.pause = .init()
            request.pause?.seconds = 3_600
            cancel.name = try await client.startExport(request).message.value().name
            let told = try await jobs(until: { !$0.progressText.isEmpty }, of: cancel.name, client)
            let cancelled = try await client.cancelJob(cancel).message.canonicalBytes()
            return told + [cancelled]
                + (try await jobs(until: \.isOver, of: cancel.name, client))
        },
        .unary(Example.cancelJob, answering: Job.View.self) { words in
            var request = TestingV1.CancelJobRequest()
            request.name = "jobs/\(words.canary)"
            return request
        },
        .unary(Example.listJobs, answering: TestingV1.ListJobsResponse.View.self) { _ in
            TestingV1.ListJobsRequest()
        },
        .unary(Example.listJobs, answering: TestingV1.ListJobsResponse.View.self) { words in
            var request = TestingV1.ListJobsRequest()
            request.pageToken = words.canary
            return request
        },
        TenantCall(Example.getJob) { channel, _ in
            let client = Example.Client(channel)
            let page = try await client.listJobs(TestingV1.ListJobsRequest()).message.value()
            var told: [SharedBytes] = []
            for job in page.jobs {
                var request = TestingV1.GetJobRequest()
                request.name = job.name
                told.append(try await client.getJob(request).message.canonicalBytes())
            }
            return told
        },
        TenantCall(Example.watchJob) { channel, words in
            try await jobs(until: \.isOver, of: "jobs/\(words.canary)", Example.Client(channel))
        },
    ]

    /// What a watch tells of a job until it is as wanted.
    private static func jobs(
        until isWanted: @Sendable (TestingV1.Job) -> Bool,
        of name: String,
        _ client: TestingV1.Example.Client
    ) async throws -> [SharedBytes] {
        var request = TestingV1.WatchJobRequest()
        request.name = name
        let watch = try await client.watchJob(request)
        defer { watch.call.cancel() }
        var told: [SharedBytes] = []
        while let job = try await watch.next() {
            told.append(job.canonicalBytes())
            if isWanted(job.value()) { return told }
        }
        return told
    }
}

extension TestingV1.StartExportRequest {
    /// Asks for an export.
    static func titled(_ title: String, key: String) -> Self {
        var request = Self()
        request.title = title
        request.idempotencyKey = key
        return request
    }
}

extension TestingV1.Job {
    /// Whether nothing more happens to it.
    var isOver: Bool { state == .done || state == .failed || state == .cancelled }
}
