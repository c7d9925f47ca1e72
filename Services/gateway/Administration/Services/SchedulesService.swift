internal import Contracts
internal import Jobs
internal import Messages
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

/// Makes and controls schedules for tenants; its contract says what each method does.
///
/// What it changes stands in the audit log once it is done.
struct SchedulesService: AdminV1.Schedules.Service {
    private let logins: AdministrationLogins
    private let pages: PageTokens

    init(_ logins: AdministrationLogins, _ pages: PageTokens) {
        self.logins = logins
        self.pages = pages
    }

    func listSchedules(
        _ request: Message<AdminV1.ListTenantSchedulesRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<AdminV1.ListTenantSchedulesResponse> {
        let value = request.value()
        let page = try pages.page(of: request, value, call)
        let work = try await work(value.tenant, call)
        var response = AdminV1.ListTenantSchedulesResponse()
        (response.schedules, response.nextPageToken) =
            try await work.queue.shownSchedules(page, in: work.scope)
        return Reply(response)
    }

    func putSchedule(
        _ request: Message<AdminV1.PutScheduleRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<JobsV1.Schedule> {
        let value = request.value()
        guard let message = value.schedule else {
            throw RPCError(.invalidArgument, "schedule: there is none")
        }
        let work = try await work(value.tenant, call, scopes: value.scopes)
        let schedule = try Schedule(message)
        try await work.queue.put(schedule, in: work.scope)
        try await note("schedule.put", schedule.name, work)
        return try await reply(schedule.name, work)
    }

    func pauseSchedule(
        _ request: Message<AdminV1.TenantScheduleRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<JobsV1.Schedule> {
        let value = request.value()
        let work = try await work(value.tenant, call)
        try await work.queue.pause(value.name, in: work.scope)
        try await note("schedule.pause", value.name, work)
        return try await reply(value.name, work)
    }

    func resumeSchedule(
        _ request: Message<AdminV1.TenantScheduleRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<JobsV1.Schedule> {
        let value = request.value()
        let work = try await work(value.tenant, call)
        try await work.queue.resume(value.name, in: work.scope)
        try await note("schedule.resume", value.name, work)
        return try await reply(value.name, work)
    }

    func runSchedule(
        _ request: Message<AdminV1.RunTenantScheduleRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<JobsV1.RunScheduleResponse> {
        let value = request.value()
        let work = try await work(value.tenant, call, scopes: value.scopes)
        var response = JobsV1.RunScheduleResponse()
        response.jobs = try await work.queue.runNow(value.name, in: work.scope).map { "\($0)" }
        try await note("schedule.run", value.name, work)
        return Reply(response)
    }

    func deleteSchedule(
        _ request: Message<AdminV1.TenantScheduleRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<AdminV1.DeleteScheduleResponse> {
        let value = request.value()
        let work = try await work(value.tenant, call)
        try await work.queue.delete(value.name, in: work.scope)
        try await note("schedule.delete", value.name, work)
        return Reply(AdminV1.DeleteScheduleResponse())
    }

    func listScheduleJobs(
        _ request: Message<AdminV1.ListScheduleJobsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<JobsV1.ListJobsResponse> {
        let value = request.value()
        let page = try pages.page(of: request, value, call)
        let work = try await work(value.tenant, call)
        var filter = JobQueue.Filter()
        filter.schedule = value.name
        return Reply(try await work.queue.shown(filter, page, in: work.scope))
    }

    // MARK: A tenant's rows

    /// What a call works with: a tenant's rows in its operator's name.
    private struct Work {
        let queue: JobQueue
        let scope: TenantScope
        let audit: AuditLog
    }

    private func work(
        _ tenant: String,
        _ call: ServerCall,
        scopes: [String] = []
    ) async throws -> Work {
        let login = try AdministrationRules.needed(logins.jobs, "a service that does jobs")
        let tenant = try AdministrationRules.tenant(tenant)
        let directory = login.database.directory
        if try directory.entry(of: tenant) == nil {
            // It may have been made a moment ago.
            try await directory.refresh()
            guard try directory.entry(of: tenant) != nil else {
                throw RPCError(.notFound, "there is no tenant \(tenant)")
            }
        }
        let context = TenantContext(
            tenant: tenant,
            actor: try call.administrator.actor,
            scopes: try AdministrationRules.scopes(scopes)
        )
        return Work(
            queue: login.queue,
            scope: try login.database.scope(for: context, before: call.limit),
            audit: AuditLog(login.database)
        )
    }

    private func reply(_ name: String, _ work: Work) async throws -> Reply<JobsV1.Schedule> {
        guard let stored = try await work.queue.schedule(name, in: work.scope) else {
            throw RPCError(.notFound, "there is no schedule \(name)")
        }
        return Reply(JobsV1.Schedule(stored))
    }

    private func note(_ action: String, _ name: String, _ work: Work) async throws {
        let context = work.scope.context
        let event = try AuditEvent(
            action,
            of: name,
            by: context.actor,
            for: context.tenant,
            .done,
            at: .now
        )
        try await work.audit.append(event, before: work.scope.deadline)
    }
}
