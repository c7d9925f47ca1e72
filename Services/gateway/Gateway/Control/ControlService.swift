public import Contracts
public import Messages
public import RPC
internal import Tenancy
public import Wire

/// Says how the whole platform is, by asking all services at once; its contract says what each
/// method does.
public struct ControlService: ControlV1.Control.Service {
    private let platform: PlatformCalls

    /// Asks services.
    ///
    /// - Parameter platform: the services, in the order in which they are told of.
    public init(_ platform: PlatformCalls) {
        self.platform = platform
    }

    /// Says how the services are.
    public func getHealth(
        _ request: Message<ControlV1.GetHealthRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<ControlV1.GetHealthResponse> {
        let options = platform.options(of: call)
        let parts = platform.backends.map { backend in
            FanOut.Part(backend.service.text, of: backend.service.text) {
                try await Self.health(of: backend, options)
            }
        }
        let outcomes = try await platform.run(parts, for: call)
        var response = ControlV1.GetHealthResponse()
        for (backend, outcome) in zip(platform.backends, outcomes) {
            switch outcome {
            case .arrived(let state):
                var health = ControlV1.ServiceHealth()
                health.name = backend.service.text
                health.state = state
                response.services.append(health)
            case .missing(let failure): response.failedParts.append(.init(failure))
            }
        }
        let serving = response.services.filter { $0.state == .serving }.count
        response.status =
            serving == platform.backends.count ? .healthy : serving > 0 ? .degraded : .unhealthy
        return Reply(response)
    }

    // MARK: Status

    /// Something that a service says of itself.
    private enum Answer: Sendable {
        case health(ControlV1.ServiceHealth.State)
        case jobs([JobsV1.Job])
        case schedules([JobsV1.Schedule])
    }

    private static let mostSchedules: Int32 = 100

    /// Says how the services are, and what the tenant's jobs and schedules do.
    public func getStatus(
        _ request: Message<ControlV1.GetStatusRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<ControlV1.GetStatusResponse> {
        let asked = request.view.jobsPerService
        guard asked >= 0 else {
            throw RPCError(.invalidArgument, "jobs_per_service: expected 0 or more")
        }
        let most = asked == 0 ? 20 : min(asked, 100)
        var parts: [FanOut.Part<Answer>] = []
        var owners: [Int] = []
        for (place, backend) in platform.backends.enumerated() {
            let own = try self.parts(of: backend, most, call)
            parts += own
            owners += own.map { _ in place }
        }
        let outcomes = try await platform.run(parts, for: call)
        var response = ControlV1.GetStatusResponse()
        var statuses = platform.backends.map { backend in
            var status = ControlV1.ServiceStatus()
            status.name = backend.service.text
            return status
        }
        var answered: Set<Int> = []
        for (owner, outcome) in zip(owners, outcomes) {
            switch outcome {
            case .arrived(let answer):
                answered.insert(owner)
                switch answer {
                case .health(let state): statuses[owner].state = state
                case .jobs(let jobs): statuses[owner].jobs = jobs
                case .schedules(let schedules): statuses[owner].schedules = schedules
                }
            case .missing(let failure): response.failedParts.append(.init(failure))
            }
        }
        response.services = statuses.enumerated().filter { answered.contains($0.offset) }
            .map(\.element)
        return Reply(response)
    }

    /// What a service is asked for.
    private func parts(
        of backend: Backend,
        _ mostJobs: Int32,
        _ call: ServerCall
    ) throws -> [FanOut.Part<Answer>] {
        let (name, options) = (backend.service.text, platform.options(of: call))
        let health = FanOut.Part(name, of: name) {
            Answer.health(try await Self.health(of: backend, options))
        }
        guard backend.hasJobs else { return [health] }
        let client = JobsV1.Jobs.Client(try platform.channel(to: backend, for: call))
        let jobs = FanOut.Part("\(name)/jobs", of: name) {
            var request = JobsV1.ListJobsRequest()
            request.pageSize = mostJobs
            let answer = try await client.listJobs(request, options: options)
            return Answer.jobs(answer.message.value().jobs)
        }
        let schedules = FanOut.Part("\(name)/schedules", of: name) {
            var request = JobsV1.ListSchedulesRequest()
            request.pageSize = Self.mostSchedules
            let answer = try await client.listSchedules(request, options: options)
            return Answer.schedules(answer.message.value().schedules)
        }
        return [health, jobs, schedules]
    }

    // MARK: Asking

    private static func health(
        of backend: Backend,
        _ options: CallOptions
    ) async throws -> ControlV1.ServiceHealth.State {
        let client = GrpcHealthV1.Health.Client(backend.channel)
        let answer = try await client.check(GrpcHealthV1.HealthCheckRequest(), options: options)
        return answer.message.value().status == .serving ? .serving : .notServing
    }
}

extension ControlV1.FailedPart {
    /// What a caller is told of a part that is missing.
    init(_ failure: FanOut.Failure) {
        self.init()
        name = failure.name
        reason =
            switch failure.reason {
            case .failed: .failed
            case .late: .late
            case .circuitOpen: .circuitOpen
            }
        code = failure.error.code.name
        message = failure.error.message
    }
}
