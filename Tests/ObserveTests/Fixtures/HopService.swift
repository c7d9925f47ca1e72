import Messages
import Net
import RPC
import Wire

/// A service that answers, fails, or asks the next one, as the name in the request says.
struct HopService: GrpcHealthV1.Health.Service {
    /// Whom it asks; nil if it answers itself.
    var next: (any RPCChannel)?
    /// Is shown each call while it is served.
    var onCall: @Sendable (ServerCall) throws -> Void = { _ in }
    /// Whether it keeps its callers waiting until they go.
    var holds = false

    func check(
        _ request: Message<GrpcHealthV1.HealthCheckRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<GrpcHealthV1.HealthCheckResponse> {
        try onCall(call)
        if holds { try await call.loop.sleep(for: .seconds(3_600)) }
        let request = request.value()
        switch request.service {
        case "missing": throw RPCError(.notFound, "there is none", logMessage: "looked in vain")
        case "broken": throw Breakage()
        case "busy": throw RPCError(.resourceExhausted, "later")
        default: break
        }
        if let next {
            let client = GrpcHealthV1.Health.Client(next)
            return Reply(try await client.check(request, options: call.onward).message)
        }
        return Reply(GrpcHealthV1.HealthCheckResponse())
    }

    func list(
        _ request: Message<GrpcHealthV1.HealthListRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<GrpcHealthV1.HealthListResponse> {
        throw RPCError(.unimplemented, "not here")
    }

    func watch(
        _ request: Message<GrpcHealthV1.HealthCheckRequest.View>,
        _ responses: ResponseStream<GrpcHealthV1.HealthCheckResponse>,
        _ call: ServerCall
    ) async throws {
        guard holds else { throw RPCError(.unimplemented, "not here") }
        try await call.loop.sleep(for: .seconds(3_600))
    }

    /// What the runtime knows nothing of.
    struct Breakage: Error {
        let cause = "the cable is out"
    }
}

extension GrpcHealthV1.HealthCheckRequest {
    init(naming service: String) {
        self.init()
        self.service = service
    }
}
