internal import Contracts
internal import Jobs
internal import Messages
internal import Postgres
internal import RPC
internal import Telemetry
internal import Tenancy
internal import Wire

/// Has timelines brought up to date; its contract says what each method does.
struct TimelinesService: AttributionV1.Timelines.Service {
    private let database: TenantDatabase
    private let jobs: TimelineJobs

    init(_ database: TenantDatabase, _ jobs: TimelineJobs) {
        self.database = database
        self.jobs = jobs
    }

    func buildTimelines(
        _ request: Message<AttributionV1.BuildTimelinesRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<OperationsV1.Operation> {
        let scope = try database.scope(for: call)
        return Reply(try await jobs.queue.operation(of: jobs.job, for: call, in: scope))
    }

    func describeTimelines(
        _ request: Message<AttributionV1.DescribeTimelinesRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<AttributionV1.TimelinesDescription> {
        let scope = try database.scope(for: call)
        let row = try await scope.read(.describe).one()
        var message = AttributionV1.TimelinesDescription()
        message.currentTime = try row.read(UTCTimestamp?.self, at: 0).map { .init($0) }
        message.touchRule = try row.read(Int64.self, at: 1)
        message.waitingIDs = try row.read(Int64.self, at: 2)
        message.persons = try row.read(Int64.self, at: 3)
        message.touches = try row.read(Int64.self, at: 4)
        message.conversions = try row.read(Int64.self, at: 5)
        message.tooLarge = try row.read(Int64.self, at: 6)
        message.hasNews = try await TimelineFeed.hasNews(in: scope)
        return Reply(message)
    }
}

extension Statement {
    fileprivate static let describe = Statement(
        "attribution.describe_timelines",
        """
        select h.current_at, h.touch_rule,
            (select count(*) from (select from timeline_changes limit 10000) c),
            t.persons, t.touches, t.conversions, t.too_large
        from timeline_head h, (
            select count(*) filter (where not is_too_large) as persons,
                coalesce(sum(touches), 0)::bigint as touches,
                coalesce(sum(conversions), 0)::bigint as conversions,
                count(*) filter (where is_too_large) as too_large
            from timelines
        ) t
        """
    )
}
