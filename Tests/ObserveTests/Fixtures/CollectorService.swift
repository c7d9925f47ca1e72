import Messages
import Net
import Observe
import RPC
import Wire

/// A collector of traces that keeps what it gets, and answers as it is told.
final class CollectorService: OpentelemetryProtoCollectorTraceV1.TraceService.Service {
    typealias Answer = OpentelemetryProtoCollectorTraceV1.ExportTraceServiceResponse

    private let answers: Locked<[Result<Answer, RPCError>]>
    private let kept = Locked<[SpanBatch]>([])

    /// A collector that gives these answers, and takes all that comes later.
    init(_ answers: [Result<Answer, RPCError>] = []) { self.answers = Locked(answers) }

    /// What was taken.
    var batches: [SpanBatch] { kept.withLock { $0 } }

    func export(
        _ request: Message<SpanBatch.View>,
        _ call: ServerCall
    ) async throws -> Reply<Answer> {
        let answer = answers.withLock { $0.isEmpty ? nil : $0.removeFirst() }
        let taken = try answer?.get() ?? Answer()
        kept.withLock { $0.append(request.value()) }
        return Reply(taken)
    }
}
