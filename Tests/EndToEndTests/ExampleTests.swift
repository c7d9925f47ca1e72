import Foundation
import TestKit
import Testing

@Suite("The example as a program", .timeLimit(.minutes(5)))
struct ExampleTests {
    private typealias Call = GRPCCalls.Call

    @Test("answers outside clients as its contract says")
    func contract() async throws {
        let server = try ServerProcess.example(["SEXTANT_MOST_ITEMS": "3"])
        let lines = try await GRPCCalls.run(
            try await server.address(),
            [
                Call("grpc.health.v1.Health/Check"),
                Call("grpc.health.v1.Health/Check", #"{"service":"sextant.testing.v1.Example"}"#),
                Call("CreateItem", #"{"title":"one","idempotencyKey":"a"}"#),
                Call("CreateItem", #"{"title":"one","idempotencyKey":"a"}"#),
                Call("CreateItem", #"{"title":"other","idempotencyKey":"a"}"#),
                Call("CreateItem", #"{"title":"","idempotencyKey":"b"}"#),
                Call("CreateItem", #"{"title":"two","idempotencyKey":"b"}"#),
                Call("CreateItem", #"{"title":"three","idempotencyKey":"c"}"#),
                Call("CreateItem", #"{"title":"four","idempotencyKey":"d"}"#),
                Call("GetItem", #"{"name":"items/2"}"#), Call("GetItem", #"{"name":"items/02"}"#),
                Call("ListItems", #"{"pageSize":2}"#),
                Call("ListItems", #"{"pageSize":2,"pageToken":"from-2"}"#),
                Call("ListItems", #"{"pageToken":"2"}"#), Call("ListItems", #"{"pageSize":-1}"#),
                Call("Sleep", #"{"duration":"0.001s"}"#), Call("Sleep", #"{"duration":"3601s"}"#),
                Call("Fail", #"{"code":9,"message":"not now"}"#),
                Call("StreamChunks", #"{"count":2,"size":3}"#), Call("Relay"),
                Call("Relay", #"{"hops":1}"#), Call("Relay", #"{"hops":9}"#),
            ]
        )
        #expect(try await server.stop() == 0)
        let plain = lines.map { line in
            // When an item was made is nobody's to know beforehand.
            line.replacing(#/"createdAt": "\d{4}-\d\d-\d\dT[\d:.]+Z", /#, with: "")
                .replacing(#/"instances": \[".*-\d+"\]/#, with: #""instances": [here]"#)
                .replacing(#/"nextPageToken": "[\w-]{60,}"/#, with: #""nextPageToken": signed"#)
        }
        #expect(plain == Self.answers)
    }

    private static let answers = [
        #"{"status": "SERVING"}"#, #"{"status": "SERVING"}"#,
        #"{"name": "items/1", "title": "one"}"#, #"{"name": "items/1", "title": "one"}"#,
        "INVALID_ARGUMENT: another request has used the idempotency key",
        "INVALID_ARGUMENT: title: expected 1 to 200 characters",
        #"{"name": "items/2", "title": "two"}"#, #"{"name": "items/3", "title": "three"}"#,
        "RESOURCE_EXHAUSTED: there are 3 items already",
        #"{"name": "items/2", "title": "two"}"#, "NOT_FOUND: there is no item items/02",
        #"{"items": [{"name": "items/1", "title": "one"}, {"name": "items/2", "title": "two"}], "#
            + #""nextPageToken": signed}"#,
        "INVALID_ARGUMENT: page_token: it was not given for this request",
        "INVALID_ARGUMENT: page_token: it was not given for this request",
        "INVALID_ARGUMENT: page_size: expected 0 or more",
        "{}", "INVALID_ARGUMENT: duration: expected 0 to 3,600 seconds",
        "FAILED_PRECONDITION: not now",
        #"{"payload": "Kioq"}"#, #"{"number": 1, "payload": "Kioq"}"#,
        #"{"instances": [here]}"#, "FAILED_PRECONDITION: there is no next service",
        "INVALID_ARGUMENT: hops: expected 0 to 8",
    ]

    @Test("tells callers nothing of an error that has no status, and the log all of it")
    func unmappedError() async throws {
        let server = try ServerProcess.example()
        let lines = try await GRPCCalls.run(
            try await server.address(),
            [Call("Fail", #"{"message":"the cable is out"}"#)]
        )
        #expect(lines == ["INTERNAL: something went wrong on our side"])
        let record = try await server.record("call served") { $0["code"] == "INTERNAL" }
        #expect(record["cause"] == #"ExampleFailure(cause: "the cable is out")"#)
        #expect(record["level"] == "error")
        #expect(try await server.stop() == 0)
    }

    @Test("cancels a handler that hangs at its deadline")
    func deadline() async throws {
        let server = try ServerProcess.example()
        let lines = try await GRPCCalls.run(
            try await server.address(),
            [Call("Sleep", #"{"duration":"3600s"}"#, seconds: 0.2)]
        )
        #expect(lines.map { $0.prefix(17) } == ["DEADLINE_EXCEEDED"])
        let record = try await server.record("call served") {
            $0["route"] == "/sextant.testing.v1.Example/Sleep"
        }
        #expect(["DEADLINE_EXCEEDED", "CANCELLED"].contains(record["code"]))
        // A handler that went on would keep the server from stopping for longer than it may.
        #expect(try await server.stop() == 0)
    }

    @Test("joins the spans of two hops at a collector of grpcio's")
    func trace() async throws {
        let socket = FileManager.default.temporaryDirectory
            .appendingPathComponent("traces-\(UUID().uuidString)").path
        let collector = try PeerProcess(
            "trace_collector.py",
            OutsideProgram.repository + "/Proto",
            socket,
            "3"
        )
        let shared = ["SEXTANT_OTLP_ENDPOINT": "unix:\(socket)", "SEXTANT_TRACE_RATIO": "1"]
        let far = try ServerProcess.example(shared.merging(["SEXTANT_INSTANCE": "far"]) { $1 })
        let own = ["SEXTANT_INSTANCE": "near", "SEXTANT_NEXT_ADDRESS": try await far.address()]
        let near = try ServerProcess.example(shared.merging(own) { $1 })
        let lines = try await GRPCCalls.run(
            try await near.address(),
            [Call("Relay", #"{"hops":1}"#)]
        )
        #expect(lines == [#"{"instances": ["near", "far"]}"#])
        // The request has one name on its whole way.
        let names = try await [near, far].asyncMap { server in
            try await server.record("call served") { $0["route"]?.hasSuffix("Relay") == true }
        }
        #expect(names[0]["request_id"] != nil && names[0]["request_id"] == names[1]["request_id"])
        // Spans that wait are sent when their service stops, if the collector is there by then.
        try await collector.prints("ready")
        #expect(try await near.stop() == 0)
        #expect(try await far.stop() == 0)
        #expect(
            try await collector.output() == """
                ready
                traces: 1
                near server sextant.testing.v1.Example/Relay 0
                  near client sextant.testing.v1.Example/Relay 0
                    far server sextant.testing.v1.Example/Relay 0

                """
        )
    }
}

extension Array where Element: Sendable {
    /// What becomes of each, one after the other.
    fileprivate func asyncMap<Value>(
        _ body: (Element) async throws -> Value
    ) async throws -> [Value] {
        var values: [Value] = []
        for element in self { values.append(try await body(element)) }
        return values
    }
}
