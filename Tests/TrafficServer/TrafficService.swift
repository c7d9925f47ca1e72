import RPC
import TestContracts
import TestMessages
import Wire

/// Answers at the least cost that a typed service has.
struct TrafficService: TestingV1.Traffic.Service {
    func echo(
        _ request: Message<TestingV1.Parcel.View>,
        _ call: ServerCall
    ) async throws -> Reply<TestingV1.Parcel> {
        Reply(request)
    }

    func download(
        _ request: Message<TestingV1.DownloadRequest.View>,
        _ responses: ResponseStream<TestingV1.Parcel>,
        _ call: ServerCall
    ) async throws {
        let (count, size) = (request.view.parcels, Int(request.view.size))
        guard count >= 0, (0...MessageLimits().response).contains(size) else {
            throw RPCError(.invalidArgument, "no such number or size of parcels")
        }
        var parcel = TestingV1.Parcel()
        parcel.contents = [UInt8](repeating: UInt8(ascii: "x"), count: size)
        for _ in 0..<count { try await responses.send(parcel) }
    }
}
