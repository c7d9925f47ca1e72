internal import Contracts
public import Messages
public import RPC
internal import Tenancy
public import Wire

// The schedules that the service sees to.
extension JobsService {
    /// Lists a page of schedules.
    public func listSchedules(
        _ request: Message<JobsV1.ListSchedulesRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<JobsV1.ListSchedulesResponse> {
        let value = request.value()
        let page = try pages.page(of: request, value, call)
        let scope = try database.scope(for: call)
        var response = JobsV1.ListSchedulesResponse()
        (response.schedules, response.nextPageToken) =
            try await queue.shownSchedules(of: service, page, in: scope)
        return Reply(response)
    }

    /// Has a schedule make no more jobs.
    public func pauseSchedule(
        _ request: Message<JobsV1.PauseScheduleRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<JobsV1.Schedule> {
        try await change(String(request.view.name), call) { name, scope in
            try await queue.pause(name, in: scope)
        }
    }

    /// Has a schedule make jobs again.
    public func resumeSchedule(
        _ request: Message<JobsV1.ResumeScheduleRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<JobsV1.Schedule> {
        try await change(String(request.view.name), call) { name, scope in
            try await queue.resume(name, in: scope)
        }
    }

    /// Makes a schedule's jobs at once.
    public func runSchedule(
        _ request: Message<JobsV1.RunScheduleRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<JobsV1.RunScheduleResponse> {
        let name = String(request.view.name)
        let scope = try database.scope(for: call)
        _ = try await own(name, in: scope)
        var response = JobsV1.RunScheduleResponse()
        response.jobs = try await queue.runNow(name, in: scope).map { "\($0)" }
        return Reply(response)
    }

    /// Changes a schedule of this service, and tells what it is then.
    private func change(
        _ name: String,
        _ call: ServerCall,
        _ body: (String, TenantScope) async throws -> Void
    ) async throws -> Reply<JobsV1.Schedule> {
        let scope = try database.scope(for: call)
        _ = try await own(name, in: scope)
        try await body(name, scope)
        return Reply(JobsV1.Schedule(try await own(name, in: scope)))
    }

    private func own(_ name: String, in scope: TenantScope) async throws -> StoredSchedule {
        guard let stored = try await queue.schedule(name, in: scope),
            stored.schedule.queue == service
        else { throw RPCError(.notFound, "there is no schedule \(name)") }
        return stored
    }
}
