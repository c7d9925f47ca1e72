import TestKit
import Testing

@Suite("The service of the README", .timeLimit(.minutes(5)))
struct GreetingTests {
    @Test("greets, as it is configured to")
    func greets() async throws {
        for (salutation, expected) in [(nil, "Hello, Ada!"), ("Good day", "Good day, Ada!")] {
            var environment = ServerProcess.atAnyPorts
            environment["SEXTANT_SALUTATION"] = salutation
            let server = try ServerProcess("greeting-server", [], environment)
            let method = "sextant.greeting.v1.Greeting/Greet"
            let lines = try await GRPCCalls.run(
                try await server.address(),
                [.init(method, #"{"name":"Ada"}"#), .init(method)]
            )
            #expect(
                lines == [
                    #"{"text": "\#(expected)"}"#,
                    "INVALID_ARGUMENT: name: expected 1 to 64 characters",
                ]
            )
            #expect(try await server.stop() == 0)
        }
    }
}
