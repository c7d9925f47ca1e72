import Foundation
import Tenancy
import TestKit
import Testing

/// What an outside program finds that makes up requests from the description of the interface:
/// no answer may be a fault of ours, or one that the description does not have.
@Suite("The interface and its description", .timeLimit(.minutes(60)))
struct SchemathesisTests {
    /// Requests for each operation.
    private static var examples: String {
        ProcessInfo.processInfo.environment["SEXTANT_LONG"] == nil ? "25" : "1000"
    }

    private func run(_ document: Data, without excluded: String) async throws {
        let gateway = try await GatewayFixture(["QUOTA_CALLS": "1000000"])
        let file = FileManager.default.temporaryDirectory
            .appendingPathComponent("openapi-\(UUID().uuidString).json")
        try document.write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let output = try await OutsideProgram.run(
            OutsideProgram.python,
            OutsideProgram.repository + "/Tests/GatewayTests/Peers/schemathesis_run.py",
            gateway.address,
            file.path,
            try await gateway.key(
                scopes: GatewayFixture.scopes + ["control:read"]
            ).reveal(),
            Self.examples,
            excluded
        )
        #expect(output.status == 0, "\(output.text.suffix(20_000))\(output.errors)")
        // A filter that leaves nothing would pass.
        #expect(output.text.contains("generated"), "\(output.text.suffix(2_000))")
        await gateway.stop()
    }

    @Test("agree for the gateway's own methods, by the document that it serves")
    func own() async throws {
        let gateway = try await GatewayFixture.shared.value
        let document = try await gateway.request("GET", "/v1/openapi.json")
        // This gateway has no operations, and stands before no service of the product.
        try await run(Data(document.body), without: "^(?!/(v1|api)/(health|control))")
    }

    @Test("agree for a service behind the gateway")
    func example() async throws {
        let text = OpenAPIDocument.text
        let document = Data("\(text)".utf8)
        // Asked to wait for an hour, to fail, or to tell of what comes until the caller goes.
        try await run(document, without: ":sleep$|:fail$|[:/]watch$")
    }
}
