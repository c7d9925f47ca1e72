import TestMessages
import Testing
import Wire

@testable import Gateway

@Suite("The table of routes")
struct RouteTableTests {
    private static let schema = TestingV1.PlotLineRequest.schema

    /// A method for each route, which has the route's number as its name.
    private func table(_ routes: [(String, String)]) throws -> RouteTable {
        try RouteTable(
            try routes.enumerated().map { number, route in
                MethodSchema(
                    "\(number)",
                    of: "a.B",
                    from: TestingV1.GetItemRequest.schema,
                    to: TestingV1.Item.schema,
                    routes: [HTTPRoute(route.0, try PathTemplate(parsing: route.1))]
                )
            }
        )
    }

    private func found(_ match: RouteTable.Match) -> String {
        switch match {
        case .route(let route, let captures):
            ([route.method.name] + captures).joined(separator: " ")
        case .otherVerbs(let verbs): "405 " + verbs.joined(separator: ",")
        case .malformed: "400"
        case .none: "404"
        }
    }

    @Test("prefers text to a star, a star to the rest, and a verb to a colon")
    func order() throws {
        let table = try table([
            ("GET", "/v1/{name=items/*}"), ("GET", "/v1/items/first"), ("POST", "/v1/items"),
            ("POST", "/v1/{name=items/*}:cancel"), ("GET", "/v1/{name=**}"), ("GET", "/v1/items"),
            ("GET", "/v1/{name=items/*/parts/**}"), ("PATCH", "/v1/{name=items/*}"),
        ])
        let cases = [
            ("GET", "/v1/items/7", "0 items/7"), ("GET", "/v1/items/first", "1"),
            ("POST", "/v1/items", "2"), ("POST", "/v1/items/7:cancel", "3 items/7"),
            ("POST", "/v1/items/a:b:cancel", "3 items/a:b"),
            ("GET", "/v1/other/x/y", "4 other/x/y"),
            ("GET", "/v1", "4 "), ("GET", "/v1/items", "5"),
            ("GET", "/v1/items/1/parts/2/3", "6 items/1/parts/2/3"),
            ("PATCH", "/v1/items/7", "7 items/7"), ("DELETE", "/v1/items/7", "405 GET,PATCH"),
            // A colon that begins no verb is part of the name.
            ("GET", "/v1/items/7:watch", "0 items/7:watch"),
            ("GET", "/v2", "404"), ("GET", "v1", "404"), ("GET", "", "404"),
        ]
        for (verb, path, expected) in cases {
            #expect(found(table.match(verb, path)) == expected, "\(verb) \(path)")
        }
    }

    @Test("tells of segments that cannot vary what a field is called by them")
    func fixed() throws {
        let table = try table([("POST", "/v1/{name=track}"), ("POST", "/v1/plain")])
        #expect(found(table.match("POST", "/v1/track")) == "0 track")
        #expect(found(table.match("POST", "/v1/plain")) == "1")
        #expect(found(table.match("POST", "/v1/other")) == "404")
    }

    @Test("undoes escapes, but not those of slashes among several segments")
    func escapes() throws {
        let table = try table([("GET", "/a/{name}"), ("GET", "/b/{name=*/*}")])
        let cases = [
            ("/a/x%2Fy", "0 x/y"), ("/a/%C3%A9", "0 é"), ("/b/x%2Fy/z%20", "1 x%2Fy/z "),
            ("/a/%", "400"), ("/a/%g0", "400"), ("/a/%ff", "400"), ("/a/+", "0 +"),
        ]
        for (path, expected) in cases {
            #expect(found(table.match("GET", path)) == expected, "\(path)")
        }
    }

    @Test("cannot have one route twice, or fields that are not there")
    func faults() throws {
        #expect(throws: RouteFault.doubled("GET /a.B/1")) {
            try table([("GET", "/a/{name}"), ("GET", "/a/*")])
        }
        #expect(throws: RouteFault.unknownField("nome", route: "GET of /a.B/0")) {
            try table([("GET", "/a/{nome}")])
        }
    }
}
