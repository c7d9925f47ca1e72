import Contracts
import Messages
import RPC
import Taxonomy
import Tenancy
import TestKit
import TestTenants
import Testing
import Wire

@Suite("A tenant's channels", .timeLimit(.minutes(5)))
struct ChannelsTests {
    @Test("begin with those of the default group, in the order of its table")
    func initial() async throws {
        let ingest = try await ServedIngest()
        let request = IngestV1.ListChannelsRequest()
        let channels = try await ingest.channels.listChannels(request).message.value().channels
        #expect(channels.map(\.number) == Array(1...19))
        let slugs = DefaultChannelGroup.rules.map(\.channel) + [DefaultChannelGroup.unassigned]
        #expect(channels.map(\.slug) == slugs.map(\.description))
        let names = DefaultChannelGroup.rules.map(\.name) + ["Unassigned"]
        #expect(channels.map(\.label) == names)
        await ingest.stop()
    }

    @Test("are made with a number, a label and a place, and are changed")
    func made() async throws {
        let ingest = try await ServedIngest()
        let made = try await ingest.create("brand_search") {
            $0.parent = "paid_search"
            $0.aliases = ["brand", "sea_brand"]
            $0.color = 3
        }
        #expect(made.number == 20 && made.label == "Brand Search" && made.parent == "paid_search")
        #expect(
            made.aliases == ["brand", "sea_brand"] && made.color == 3 && made.createTime != nil
        )
        let changed = try await ingest.update("brand_search") {
            $0.label = "Brand"
            $0.aliases = ["sea_brand", "brand_2"]
        }
        #expect(changed.number == 20 && changed.label == "Brand" && changed.parent == "")
        #expect(changed.aliases == ["sea_brand", "brand_2"] && changed.color == 0)
        // The name that was given up is free again.
        #expect(try await ingest.create("brand").number == 21)
        let request = IngestV1.ListChannelsRequest()
        let own = try await ingest.channels.listChannels(request).message.value().channels
        #expect(own.map(\.slug).suffix(2) == ["brand_search", "brand"])
        let others = IngestV1.Channels.Client(try ingest.other)
        let foreign = try await others.listChannels(request).message.value().channels
        #expect(foreign.count == 19)
        await ingest.stop()
    }

    @Test("have names of which each means one channel")
    func names() async throws {
        let ingest = try await ServedIngest()
        try await ingest.create("first") { $0.aliases = ["one"] }
        for (slug, aliases) in [
            ("first", []), ("one", []), ("second", ["first"]), ("second", ["one"]),
            ("second", ["email"]),
        ] {
            let error = await #expect(throws: RPCError.self, "\(slug) \(aliases)") {
                try await ingest.create(slug) { $0.aliases = aliases }
            }
            #expect(error?.code == .alreadyExists)
        }
        // What was refused has taken no number.
        #expect(try await ingest.create("second").number == 21)
        let taken = await #expect(throws: RPCError.self) {
            try await ingest.update("second") { $0.aliases = ["one"] }
        }
        #expect(taken?.code == .alreadyExists)
        let absent = await #expect(throws: RPCError.self) { try await ingest.update("third") }
        #expect(absent?.code == .notFound && absent?.message == "there is no channel 'third'")
        var request = IngestV1.UpdateChannelRequest()
        request.slug = "second"
        // Without a description it has none but its slug.
        let plain = try await ingest.channels.updateChannel(request).message.value()
        #expect(plain.slug == "second" && plain.label == "Second" && plain.aliases.isEmpty)
        request.channel = plain
        request.channel?.slug = "first"
        let other = await #expect(throws: RPCError.self) {
            try await ingest.channels.updateChannel(request)
        }
        #expect(other?.message == "channel.slug: expected 'second' or nothing")
        await ingest.stop()
    }

    @Test("are parts of channels that are no parts themselves")
    func parents() async throws {
        let ingest = try await ServedIngest()
        try await ingest.create("part") { $0.parent = "paid_search" }
        for (slug, parent) in [("a", "absent"), ("b", "part")] {
            let error = await #expect(throws: RPCError.self) {
                try await ingest.create(slug) { $0.parent = parent }
            }
            #expect(error?.code == .invalidArgument)
        }
        let whole = await #expect(throws: RPCError.self) {
            try await ingest.update("paid_search") { $0.parent = "email" }
        }
        #expect(whole?.code == .invalidArgument)
        await ingest.stop()
    }

    @Test("that are not well described are refused, each fault by its field")
    func faults() async throws {
        let ingest = try await ServedIngest()
        let error = await #expect(throws: RPCError.self) {
            try await ingest.create("Brand!") {
                $0.label = String(repeating: "x", count: 101)
                $0.parent = "Brand!"
                $0.aliases = ["ok", "Not", "ok"]
                $0.color = 7
            }
        }
        #expect(error?.code == .invalidArgument)
        #expect(
            error?.explanation.violations.map(\.field) == [
                "channel.slug", "channel.parent", "channel.parent", "channel.label",
                "channel.color", "channel.aliases[1]", "channel.aliases[2]",
            ]
        )
        let nothing = await #expect(throws: RPCError.self) {
            try await ingest.channels.createChannel(IngestV1.CreateChannelRequest())
        }
        #expect(nothing?.explanation.violations.map(\.field) == ["channel.slug"])
        await ingest.stop()
    }

    @Test("are five hundred at most")
    func most() async throws {
        let ingest = try await ServedIngest()
        let schema = ingest.served.members[0].id.schemaName
        try await ingest.served.fixture.database.run(
            "update \(schema).channel_head set last = 499"
        )
        #expect(try await ingest.create("last").number == 500)
        let error = await #expect(throws: RPCError.self) { try await ingest.create("more") }
        #expect(error?.code == .resourceExhausted)
        await ingest.stop()
    }
}
