internal import Jobs
internal import Messages
internal import Tenancy

/// The operations that delete: what they are called, what they end with and how they are done.
struct ErasureJobs: Sendable {
    let deletion: JobType<IngestV1.EventDeletion>
    let person: JobType<IngestV1.PersonErasure>

    /// The jobs of a service.
    ///
    /// - Parameter service: the service whose workers do them.
    init(of service: ServiceName) {
        deletion = JobType("delete_events", of: service)
        person = JobType("forget_person", of: service)
    }

    /// What callers of an operation are told at its end.
    var results: [JobResult] {
        [
            JobResult(of: deletion, IngestV1.DeletedEvents.self),
            JobResult(of: person, IngestV1.Forgetting.self),
        ]
    }

    /// How they are done.
    ///
    /// - Parameter limits: how much at once.
    /// - Returns: a handler for each kind.
    func handlers(_ limits: ErasureLimits) -> [JobHandler] {
        [
            JobHandler(deletion) { deletion, run in
                var erasure = try ErasureRun(run, limits)
                try await erasure.delete(deletion)
            },
            JobHandler(person) { _, run in
                var erasure = try ErasureRun(run, limits)
                try await erasure.forget()
            },
        ]
    }
}
