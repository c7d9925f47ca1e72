import Contracts
import Messages
import RPC
import TestContracts
import TestMessages
import TestTenants
import Wire

extension TenantAPI {
    private typealias Jobs = JobsV1.Jobs

    /// Calls about the jobs and schedules that a service shows, once there are some; also by words
    /// of the other tenant's.
    static let shownJobCalls: [TenantCall] = [
        .unary(Jobs.listJobs, answering: JobsV1.ListJobsResponse.View.self) { _ in
            JobsV1.ListJobsRequest()
        },
        .unary(Jobs.listJobs, answering: JobsV1.ListJobsResponse.View.self) { words in
            var request = JobsV1.ListJobsRequest()
            request.kind = words.canary
            request.schedule = words.canary
            return request
        },
        TenantCall(Jobs.listJobs) { channel, _ in
            var told: [SharedBytes] = []
            var request = JobsV1.ListJobsRequest()
            request.pageSize = 2
            repeat {
                let page = try await Jobs.Client(channel).listJobs(request).message.value()
                told += page.jobs.map { $0.encoded() }
                request.pageToken = page.nextPageToken
            } while !request.pageToken.isEmpty
            return told
        },
        // All of the tenant's own: found, watched to their ends, cancelled and tried again.
        TenantCall(Jobs.getJob) { channel, _ in
            try await eachJob(channel) { client, id in
                var request = JobsV1.GetJobRequest()
                request.id = id
                return [try await client.getJob(request).message.canonicalBytes()]
            }
        },
        TenantCall(Jobs.watchJob) { channel, _ in
            try await eachJob(channel) { client, id in
                var request = JobsV1.WatchJobRequest()
                request.id = id
                let watch = try await client.watchJob(request)
                var told: [SharedBytes] = []
                while let job = try await watch.next() { told.append(job.canonicalBytes()) }
                return told
            }
        },
        TenantCall(Jobs.cancelJob) { channel, _ in
            try await eachJob(channel) { client, id in
                var request = JobsV1.CancelJobRequest()
                request.id = id
                return [try await client.cancelJob(request).message.canonicalBytes()]
            }
        },
        TenantCall(Jobs.redriveJob) { channel, _ in
            try await eachJob(channel, in: .dead) { client, id in
                var request = JobsV1.RedriveJobRequest()
                request.id = id
                return [try await client.redriveJob(request).message.canonicalBytes()]
            }
        },
        .unary(Jobs.getJob, answering: JobsV1.Job.View.self) { words in
            var request = JobsV1.GetJobRequest()
            request.id = words.canary
            return request
        },
        .unary(Jobs.listSchedules, answering: JobsV1.ListSchedulesResponse.View.self) { _ in
            JobsV1.ListSchedulesRequest()
        },
        .unary(Jobs.pauseSchedule, answering: JobsV1.Schedule.View.self) { words in
            var request = JobsV1.PauseScheduleRequest()
            request.name = words.canary
            return request
        },
        .unary(Jobs.resumeSchedule, answering: JobsV1.Schedule.View.self) { words in
            var request = JobsV1.ResumeScheduleRequest()
            request.name = words.canary
            return request
        },
        .unary(Jobs.runSchedule, answering: JobsV1.RunScheduleResponse.View.self) { words in
            var request = JobsV1.RunScheduleRequest()
            request.name = words.canary
            return request
        },
    ]

    /// What is told of each of the tenant's jobs, or of those in a state.
    private static func eachJob(
        _ channel: any RPCChannel,
        in state: JobsV1.Job.State = .unspecified,
        _ body: (Jobs.Client, String) async throws -> [SharedBytes]
    ) async throws -> [SharedBytes] {
        let client = Jobs.Client(channel)
        var request = JobsV1.ListJobsRequest()
        request.state = state
        var told: [SharedBytes] = []
        for job in try await client.listJobs(request).message.value().jobs {
            told += try await body(client, job.id)
        }
        return told
    }
}
