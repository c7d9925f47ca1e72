public import Contracts
internal import Jobs
public import Messages
internal import Net
public import RPC
public import Telemetry
public import Tenancy
public import Wire

/// Shows jobs of all services as operations (AIP-151); its contract says what each method does.
public struct OperationsService: OperationsV1.Operations.Service {
    private let backends: [ServiceName: Backend]
    private let issuer: ContextIssuer
    private let breakers: CircuitBreakers
    private let timeout: Duration
    private let now: @Sendable () -> UTCTimestamp

    /// Asks services.
    ///
    /// - Parameters:
    ///   - backends: the services; those that show their jobs are asked.
    ///   - issuer: signs contexts for them.
    ///   - breakers: their circuits.
    ///   - timeout: how long they are waited for, if the caller sets no limit; watches have none.
    ///   - now: the clock.
    public init(
        _ backends: [Backend],
        issuer: ContextIssuer,
        breakers: CircuitBreakers,
        timeout: Duration = .seconds(30),
        now: @escaping @Sendable () -> UTCTimestamp = { .now }
    ) {
        let shown = backends.filter(\.hasJobs).map { ($0.service, $0) }
        self.backends = Dictionary(shown) { first, _ in first }
        self.issuer = issuer
        self.breakers = breakers
        self.timeout = timeout
        self.now = now
    }

    /// Finds an operation.
    public func getOperation(
        _ request: Message<OperationsV1.GetOperationRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<OperationsV1.Operation> {
        try await ask(String(request.view.name), call) { client, id in
            var request = JobsV1.GetJobRequest()
            request.id = id
            return try await client.getJob(request, options: call.onward(within: timeout))
        }
    }

    /// Has an operation not be done.
    public func cancelOperation(
        _ request: Message<OperationsV1.CancelOperationRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<OperationsV1.Operation> {
        try await ask(String(request.view.name), call) { client, id in
            var request = JobsV1.CancelJobRequest()
            request.id = id
            return try await client.cancelJob(request, options: call.onward(within: timeout))
        }
    }

    /// Tells of an operation until it is over.
    public func watchOperation(
        _ request: Message<OperationsV1.WatchOperationRequest.View>,
        _ responses: ResponseStream<OperationsV1.OperationEvent>,
        _ call: ServerCall
    ) async throws {
        let text = String(request.view.name)
        let (name, client) = try client(for: text, call)
        var events = OperationEvents(after: try Self.lastEventID(in: call.metadata))
        var request = JobsV1.WatchJobRequest()
        request.id = name.job
        do {
            let asked = request
            let jobs = try await guarded(name.service, call) {
                try await client.watchJob(asked, options: call.onward)
            }
            defer { jobs.call.cancel() }
            while let job = try await jobs.next() {
                for event in events.next(job.value(), at: now()) {
                    try await responses.send(event)
                }
            }
        } catch {
            throw Self.told(error, text)
        }
    }

    // MARK: Asking

    private func ask(
        _ text: String,
        _ call: ServerCall,
        _ body: (JobsV1.Jobs.Client, String) async throws -> Answer<JobsV1.Job.View>
    ) async throws -> Reply<OperationsV1.Operation> {
        let (name, client) = try client(for: text, call)
        do {
            let job = try await guarded(name.service, call) { try await body(client, name.job) }
            return Reply(OperationsV1.Operation(job.message.value(), at: now()))
        } catch {
            throw Self.told(error, text)
        }
    }

    private func client(
        for text: String,
        _ call: ServerCall
    ) throws(RPCError) -> (OperationName, JobsV1.Jobs.Client) {
        let name = try OperationName(text)
        guard let backend = backends[name.service] else { throw OperationName.unknown(text) }
        let channel = try call.channel(backend.channel, to: backend.service, by: issuer)
        return (name, JobsV1.Jobs.Client(channel))
    }

    private func guarded<Value: Sendable>(
        _ service: ServiceName,
        _ call: ServerCall,
        _ body: () async throws -> Value
    ) async throws -> Value {
        // A caller who waits for less than we do learns nothing of the service.
        let isPatient = call.remainingTime.map { $0 >= timeout } ?? true
        do {
            return try await breakers.run(service.text, countsLateness: isPatient, body)
        } catch let error as CircuitOpen {
            throw error.error
        }
    }

    /// An error in words of operations: an id that is none, or not there, names no operation.
    private static func told(_ error: any Error, _ text: String) -> any Error {
        guard let error = error as? RPCError, error.origin == .peer,
            error.code == .notFound || error.code == .invalidArgument
        else { return error }
        return OperationName.unknown(text)
    }

    /// What the caller has seen last, by the field that browsers send when they come back.
    private static func lastEventID(in metadata: Metadata) throws(RPCError) -> Int64 {
        guard let text = metadata["last-event-id"] else { return -1 }
        guard let id = Int64(text), id >= 0 else {
            throw RPCError(.invalidArgument, "last-event-id: expected the id of an event")
        }
        return id
    }
}
