import Foundation
import TestKit
import TestTenants
import Testing

@Suite("A service that is killed behind the gateway's program", .timeLimit(.minutes(5)))
struct KilledServiceTests {
    @Test("between its commit and its answer: who tries again gets the first answer, and one row")
    func betweenCommitAndAnswer() async throws {
        let platform = try await ExamplePlatform()
        let socket = "unix:/tmp/sxt-killed-\(UUID().uuidString.prefix(8)).sock"
        let mortal = try await platform.service(at: socket, telling: ["SEXTANT_CREATIONS": "1"])
        let gateway = try await platform.gateway(before: socket)
        let calls = CurlCalls(address: try await gateway.address(), key: try await platform.key())
        let item = #"{"title":"once","idempotencyKey":"key-1"}"#
        async let first = calls.text("POST", "/v1/items", item)
        #expect(try await mortal.ending().status == SIGKILL)
        // It is committed, and nobody has been told.
        #expect(try await platform.lines("select number, title from items") == ["1|once"])
        let next = try await platform.service(at: socket)
        // The gateway has tried again by itself, or says that it could not.
        let told = try await first
        #expect(told.contains("items/1") || told.contains("UNAVAILABLE"), "\(told)")
        var again = try await calls.text("POST", "/v1/items", item)
        while again.contains("UNAVAILABLE") {
            try Task.checkCancellation()
            again = try await calls.text("POST", "/v1/items", item)
        }
        #expect(again.contains(#""name":"items/1""#), "\(again)")
        #expect(try await platform.lines("select number, title from items") == ["1|once"])
        let other = #"{"title":"other","idempotencyKey":"key-1"}"#
        #expect(try await calls.text("POST", "/v1/items", other).contains("INVALID_ARGUMENT"))
        #expect(try await platform.lines("select count(*) from items") == ["1"])
        #expect(try await gateway.stop() == 0)
        #expect(try await next.stop() == 0)
        await platform.close()
    }

    @Test("under load: the other instance answers all reads, and it is used again when it is back")
    func underLoad() async throws {
        let platform = try await ExamplePlatform()
        let services = [try await platform.service(), try await platform.service()]
        let places = [try await services[0].address(), try await services[1].address()]
        let gateway = try await platform.gateway(before: places.joined(separator: ","))
        let address = try await gateway.address()
        let key = try await platform.key()
        let item = #"{"title":"read","idempotencyKey":"read"}"#
        _ = try await CurlCalls(address: address, key: key).text("POST", "/v1/items", item)
        let load = try ExampleLoad([address], key, .reads)
        await load.calls(400)
        services[0].send(SIGKILL)
        #expect(try await services[0].ending().status == SIGKILL)
        await load.calls(400)
        let back = try await platform.service(at: places[0])
        // The gateway comes back to it within seconds.
        while !back.records.contains(where: { $0["msg"] == "call served" }) {
            try Task.checkCancellation()
            await load.calls(20)
        }
        let (failures, _) = await load.end()
        #expect(failures == [])
        #expect(services[0].records.contains { $0["msg"] == "call served" })
        for process in [gateway, back, services[1]] { #expect(try await process.stop() == 0) }
        await platform.close()
    }

    @Test("all services and gateways are stopped and started in turn, and no call fails")
    func rolling() async throws {
        let platform = try await ExamplePlatform()
        var services = [try await platform.service(), try await platform.service()]
        let places = [try await services[0].address(), try await services[1].address()]
        let endpoint = places.joined(separator: ",")
        var gateways = [
            try await platform.gateway(before: endpoint),
            try await platform.gateway(before: endpoint),
        ]
        let doors = [try await gateways[0].address(), try await gateways[1].address()]
        let key = try await platform.key()
        let item = #"{"title":"read","idempotencyKey":"read"}"#
        _ = try await CurlCalls(address: doors[0], key: key).text("POST", "/v1/items", item)
        let load = try ExampleLoad(doors, key, .readsAndWrites)
        await load.calls(400)
        for place in services.indices {
            #expect(try await services[place].stop() == 0)
            await load.calls(100)
            services[place] = try await platform.service(at: places[place])
            await load.calls(200)
        }
        for place in gateways.indices {
            #expect(try await gateways[place].stop() == 0)
            await load.calls(100)
            gateways[place] = try await platform.gateway(before: endpoint, at: doors[place])
            await load.calls(200)
        }
        let (failures, made) = await load.end()
        #expect(failures == [])
        #expect(try await platform.lines("select count(*) from items") == ["\(made + 1)"])
        for process in gateways + services { #expect(try await process.stop() == 0) }
        await platform.close()
    }
}
