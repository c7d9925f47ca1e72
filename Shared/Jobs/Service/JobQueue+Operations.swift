public import Messages
public import RPC
internal import Telemetry
public import Tenancy

// What a call begins that takes longer than the call.
extension JobQueue {
    /// Enqueues a job that a call asks for, and tells of it as an operation (AIP-151).
    ///
    /// - Parameters:
    ///   - job: what is to be done.
    ///   - call: what asks for it.
    ///   - scope: the tenant's.
    /// - Returns: the operation of the job, or of one that does the same already.
    /// - Throws: as ``enqueue(_:in:)``; INTERNAL if the job is gone already.
    public func operation(
        of job: NewJob,
        for call: ServerCall,
        in scope: TenantScope
    ) async throws -> OperationsV1.Operation {
        let id = try await enqueue([job.serving(call)], in: scope)[0].id
        guard let record = try await self.job(id, in: scope) else {
            throw RPCError(.internalError, "the operation is gone before it began")
        }
        return OperationsV1.Operation(JobsV1.Job(record), at: .now)
    }
}
