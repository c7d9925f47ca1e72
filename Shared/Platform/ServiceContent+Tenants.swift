internal import Contracts
public import Jobs
public import Lifecycle
internal import Messages

extension ServiceContent {
    /// What a service serves to tenants, behind its guard, with the jobs that it does for them: the
    /// gateway asks for those by `sextant.jobs.v1.Jobs`.
    ///
    /// - Parameters:
    ///   - contracts: what is served besides.
    ///   - place: the service's place in the platform.
    ///   - handlers: how its jobs are done, each kind once.
    ///   - results: what kinds of jobs end with; other results are not shown.
    ///   - components: what must work besides, and stops before.
    ///   - status: what the service's own errors mean to callers and to owners of jobs.
    public init(
        _ contracts: [ServedContract] = [],
        at place: TenantService,
        doing handlers: [JobHandler] = [],
        results: [JobResult] = [],
        components: [ServiceComponent] = [],
        status: @escaping TenantService.ErrorMapping = { _ in nil }
    ) {
        let jobs = JobsService(
            of: place.name,
            place.database,
            place.queue,
            pages: place.pages,
            results: results
        )
        let shown = ServedContract(
            JobsV1.Jobs.schema,
            JobsV1.Jobs.methods(of: jobs),
            files: [JobsV1.jobsFile]
        )
        self.init(
            contracts + [shown],
            components: [place.component] + components + [place.worker(handlers, status)]
        )
        guards = [place.guardian]
        errorMapping = status
    }
}
