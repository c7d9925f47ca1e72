internal import Messages
internal import RPC
public import Wire

/// What a kind of job ends with, for those who show it.
public struct JobResult: Sendable {
    let kind: String
    private let form: @Sendable ([UInt8]) throws -> GoogleProtobuf.Struct

    /// Says what a kind of job ends with.
    ///
    /// - Parameters:
    ///   - type: the kind of job.
    ///   - result: the message that its handler completes it with.
    public init<Payload: MessageValue, Result: MessageValue>(
        of type: JobType<Payload>,
        _ result: Result.Type
    ) {
        kind = type.kind
        form = { bytes in
            try GoogleProtobuf.Struct(json: try Result(decoding: bytes.rawBytes).jsonText())
        }
    }

    /// The JSON form of a result.
    ///
    /// - Parameter bytes: what the job was completed with.
    /// - Returns: the message's members.
    /// - Throws: DATA_LOSS if it is no such message.
    func shown(_ bytes: [UInt8]) throws(RPCError) -> GoogleProtobuf.Struct {
        do {
            return try form(bytes)
        } catch {
            throw RPCError(
                .dataLoss,
                "stored data is damaged",
                logMessage: "the result of a job of the kind \(kind): \(error)"
            )
        }
    }
}
