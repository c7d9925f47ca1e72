internal import Contracts
internal import Messages
internal import RPC
internal import Tenancy
internal import Wire

/// Serves the channels of tenants; its contract says what each method does.
struct ChannelsService: IngestV1.Channels.Service {
    private let database: TenantDatabase
    private let catalogue: TenantCatalogue
    private let store = ChannelStore()

    init(_ database: TenantDatabase, _ catalogue: TenantCatalogue) {
        self.database = database
        self.catalogue = catalogue
    }

    func listChannels(
        _ request: Message<IngestV1.ListChannelsRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.ListChannelsResponse> {
        var response = IngestV1.ListChannelsResponse()
        response.channels = try await store.channels(in: database.scope(for: call))
        return Reply(response)
    }

    func createChannel(
        _ request: Message<IngestV1.CreateChannelRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.Channel> {
        let channel = try Channel(request.value().channel)
        let made = try await store.create(channel, in: database.scope(for: call))
        catalogue.forget(try call.tenant.tenant)
        return Reply(made)
    }

    func updateChannel(
        _ request: Message<IngestV1.UpdateChannelRequest.View>,
        _ call: ServerCall
    ) async throws -> Reply<IngestV1.Channel> {
        let value = request.value()
        var described = value.channel ?? IngestV1.Channel()
        guard described.slug.isEmpty || described.slug == value.slug else {
            throw RPCError(.invalidArgument, "channel.slug: expected '\(value.slug)' or nothing")
        }
        described.slug = value.slug
        let channel = try Channel(described)
        let changed = try await store.update(channel, in: database.scope(for: call))
        catalogue.forget(try call.tenant.tenant)
        return Reply(changed)
    }
}
