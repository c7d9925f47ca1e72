internal import Contracts
internal import Crypto
internal import Jobs
internal import Messages
public import RPC
internal import Schema
internal import Tenancy
internal import TestContracts
internal import TestExample
internal import TestMessages
internal import Wire

extension TenantAPI {
    /// The example with its jobs, as a service that has the login of another, and looks often.
    ///
    /// - Parameters:
    ///   - showsJobs: whether it shows its jobs by the contract that all services share.
    ///   - next: whom its jobs ask along a chain; nil if there is nobody.
    ///   - others: what it serves besides, to everyone.
    ///   - calls: of its methods, those that fill tables first.
    ///   - hasSchedule: whether a tenant's schedule makes one of its jobs.
    /// - Returns: the API.
    /// - Throws: nothing that the example can cause.
    public static func example(
        showsJobs: Bool = true,
        next: (any RPCChannel)? = nil,
        besides others: [RPCMethod] = [],
        calls: [TenantCall] = [],
        hasSchedule: Bool = false
    ) throws -> TenantAPI {
        guard let service = ServiceName("mmm") else { throw Nameless() }
        let pages = PageTokens(try .ephemeral())
        let export = ExampleJobs.export(of: service)
        return TenantAPI(
            service,
            migrations: [
                try MigrationSet(ExampleMigrations.area, ExampleMigrations.files)
            ],
            contracts: [TestingV1.Example.schema] + (showsJobs ? [JobsV1.Jobs.schema] : []),
            status: ExampleService.status,
            calls: calls,
            steps: { words in
                guard hasSchedule else { return [] }
                var request = TestingV1.StartExportRequest()
                request.title = "scheduled \(words.canary)"
                return [Schedule.Step(export, request)]
            }
        ) { database, queue in
            var limits = TenantItemStore.Limits()
            limits.interval = .milliseconds(5)
            let example = ExampleService(
                TenantItemStore(database, limits: limits),
                instance: "one",
                jobs: ExampleJobs(of: service, database, queue, watchedEvery: .milliseconds(5)),
                pages: pages
            )
            let methods = TestingV1.Example.methods(of: example) + others
            let handlers = ExampleJobs.handlers(of: service, next: next)
            guard showsJobs else { return Content(methods, doing: handlers) }
            let shown = JobsService(
                of: service,
                database,
                queue,
                pages: pages,
                results: [JobResult(of: export, TestingV1.Export.self)],
                watchedEvery: .milliseconds(5)
            )
            return Content(methods + JobsV1.Jobs.methods(of: shown), doing: handlers)
        }
    }

    private struct Nameless: Error {}
}
