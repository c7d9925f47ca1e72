public import Messages
public import Wire

/// Answers gRPC's health checks from a registry.
public struct HealthService: GrpcHealthV1.Health.Service {
    private let registry: HealthRegistry

    /// Answers from a registry.
    public init(_ registry: HealthRegistry) { self.registry = registry }

    /// Says how a service is; NOT_FOUND if there is none of the name.
    public func check(
        _ request: Message<GrpcHealthV1.HealthCheckRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<GrpcHealthV1.HealthCheckResponse> {
        let name = request.value().service
        guard let status = registry.status(of: name) else {
            throw RPCError(.notFound, "there is no service '\(name)'")
        }
        return Reply(Self.response(status))
    }

    /// Says how all services are.
    public func list(
        _ request: Message<GrpcHealthV1.HealthListRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<GrpcHealthV1.HealthListResponse> {
        var response = GrpcHealthV1.HealthListResponse()
        response.statuses = MapField(registry.statuses.map { ($0, Self.response($1)) })
        return Reply(response)
    }

    /// Says how a service is, and again whenever that changes.
    public func watch(
        _ request: Message<GrpcHealthV1.HealthCheckRequest.View>,
        _ responses: ResponseStream<GrpcHealthV1.HealthCheckResponse>,
        _ call: ServerCall
    ) async throws {
        for await status in registry.watch(request.value().service) {
            try await responses.send(Self.response(status))
        }
    }

    private static func response(
        _ status: HealthRegistry.Status
    ) -> GrpcHealthV1.HealthCheckResponse {
        var response = GrpcHealthV1.HealthCheckResponse()
        response.status = status
        return response
    }
}
