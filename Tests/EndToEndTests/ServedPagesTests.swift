import Foundation
import TestKit
import TestTenants
import Testing

@Suite("Pages of lists of several instances", .timeLimit(.minutes(5)))
struct ServedPagesTests {
    @Test("go on at whichever instance is asked next, and after a restart")
    func anyInstance() async throws {
        let platform = try await ExamplePlatform()
        var services = [try await platform.service(), try await platform.service()]
        let places = [try await services[0].address(), try await services[1].address()]
        let gateway = try await platform.gateway(before: places.joined(separator: ","))
        let calls = CurlCalls(address: try await gateway.address(), key: try await platform.key())
        let titles = (1...8).map { "title-\($0)" }
        for title in titles {
            let item = #"{"title":"\#(title)","idempotencyKey":"\#(title)"}"#
            #expect(try await calls.object("POST", "/v1/items", item)["title"] as? String == title)
        }
        var (told, token): ([String], String) = ([], "")
        repeat {
            let path = "/v1/items?pageSize=1&pageToken=\(token)"
            let page = try await calls.object("GET", path)
            let items = page["items"] as? [[String: Any]] ?? []
            told += items.compactMap { $0["title"] as? String }
            token = page["nextPageToken"] as? String ?? ""
            if told.count == 4 {
                for place in services.indices {
                    // It has been asked for a page.
                    try await services[place].record("call served") {
                        $0["route"]?.hasSuffix("/ListItems") == true
                    }
                    #expect(try await services[place].stop() == 0)
                    services[place] = try await platform.service(at: places[place])
                }
            }
        } while !token.isEmpty
        #expect(told == titles)
        for process in [gateway] + services { #expect(try await process.stop() == 0) }
        await platform.close()
    }
}
