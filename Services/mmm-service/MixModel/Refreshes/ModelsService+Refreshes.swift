internal import Contracts
internal import Messages
internal import RPC
internal import Tenancy
internal import Wire

// Models that are made anew again and again.
extension ModelsService {
    func putModelRefresh(
        _ request: Message<MixModelV1.PutModelRefreshRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.ModelRefresh> {
        let value = request.value()
        var refresh = value.refresh ?? .init()
        refresh.name = value.name
        return Reply(try await refreshes.put(refresh, in: try database.scope(for: call)))
    }

    func listModelRefreshes(
        _ request: Message<MixModelV1.ListModelRefreshesRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.ListModelRefreshesResponse> {
        var response = MixModelV1.ListModelRefreshesResponse()
        response.refreshes = try await refreshes.all(in: try database.scope(for: call))
        return Reply(response)
    }

    func deleteModelRefresh(
        _ request: Message<MixModelV1.DeleteModelRefreshRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<MixModelV1.DeleteModelRefreshResponse> {
        try await refreshes.delete(request.value().name, in: try database.scope(for: call))
        return Reply(MixModelV1.DeleteModelRefreshResponse())
    }
}
