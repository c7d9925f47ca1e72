import TestKit

/// grpcio's client, which finds what a server has by reflection.
enum GRPCCalls {
    /// One call: a method, of the example unless it names its service, a request, a deadline.
    struct Call {
        let path: String
        let request: String
        let seconds: Double

        init(_ method: String, _ request: String = "{}", seconds: Double = 60) {
            path = method.contains("/") ? method : "sextant.testing.v1.Example/\(method)"
            self.request = request
            self.seconds = seconds
        }
    }

    /// Makes calls one after the other.
    ///
    /// - Parameters:
    ///   - address: as HOST:PORT.
    ///   - token: what calls carry; empty for nothing.
    ///   - authority: a file with who vouches for the server; nil for calls without TLS.
    ///   - calls: what is called.
    /// - Returns: a line for each message, or status that is not OK.
    /// - Throws: ``Failure`` if the client fails itself.
    static func run(
        _ address: String,
        bearing token: String = "",
        by authority: String? = nil,
        _ calls: [Call]
    ) async throws -> [String] {
        let output = try await OutsideProgram.run(
            ["env"] + (authority.map { ["SEXTANT_TEST_AUTHORITY=\($0)"] } ?? [])
                + [OutsideProgram.python, Self.peer("grpc_calls.py"), address, token]
                + calls.flatMap { [$0.path, $0.request, "\($0.seconds)"] }
        )
        guard output.status == 0 else { throw Failure(errors: output.errors) }
        return output.text.split(separator: "\n").map(String.init)
    }

    /// The path of a program of ``Peers``.
    static func peer(_ name: String) -> String {
        OutsideProgram.repository + "/Tests/EndToEndTests/Peers/" + name
    }

    struct Failure: Error {
        let errors: String
    }
}
