public import Messages
public import Tenancy

// What owners and operators are shown of many jobs and schedules.
extension JobQueue {
    /// A page of a tenant's jobs, the newest first.
    ///
    /// - Parameters:
    ///   - filter: which.
    ///   - page: which of them.
    ///   - scope: the tenant's.
    /// - Returns: the jobs, and the token of the next page.
    /// - Throws: `PostgresError`.
    public func shown(
        _ filter: Filter,
        _ page: Page,
        in scope: TenantScope
    ) async throws -> JobsV1.ListJobsResponse {
        let records = try await jobs(
            filter,
            in: scope,
            before: page.placeText.flatMap { JobID($0) },
            limit: page.count + 1
        )
        let (shown, token) = page.cut(records) { "\($0.id)" }
        var response = JobsV1.ListJobsResponse()
        response.jobs = shown.map { JobsV1.Job($0) }
        response.nextPageToken = token
        return response
    }

    /// A page of a tenant's schedules, in the order of their names.
    ///
    /// - Parameters:
    ///   - service: the service that sees to them; nil for all.
    ///   - page: which of them.
    ///   - scope: the tenant's.
    /// - Returns: the schedules, and the token of the next page.
    /// - Throws: `PostgresError`.
    public func shownSchedules(
        of service: ServiceName? = nil,
        _ page: Page,
        in scope: TenantScope
    ) async throws -> (schedules: [JobsV1.Schedule], nextPageToken: String) {
        let stored = try await schedules(
            of: service,
            in: scope,
            after: page.placeText ?? "",
            limit: page.count + 1
        )
        let (shown, token) = page.cut(stored, placeOf: \.schedule.name)
        return (shown.map { JobsV1.Schedule($0) }, token)
    }
}

extension JobsV1.ListJobsRequest: PagedRequest {}
extension JobsV1.ListSchedulesRequest: PagedRequest {}
