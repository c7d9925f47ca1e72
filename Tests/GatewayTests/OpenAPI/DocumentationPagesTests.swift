import Foundation
import TestKit
import Testing

@testable import Gateway

@Suite("Pages of documentation", .timeLimit(.minutes(5)))
struct DocumentationPagesTests {
    private static let files = ["swagger-ui.css", "swagger-ui-bundle.js", "favicon-32x32.png"]

    private func folder(_ names: [String]) throws -> String {
        let folder = NSTemporaryDirectory() + "sextant-docs-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        for name in names {
            try Data("of \(name)".utf8).write(to: URL(fileURLWithPath: folder + "/" + name))
        }
        return folder
    }

    /// What curl shows of an answer: fields, an empty line, the body.
    private func curl(
        _ gateway: GatewayFixture,
        _ path: String,
        _ options: String...
    ) async throws -> String {
        let output = try await OutsideProgram.run(
            [
                "curl", "--silent", "--show-error", "--http2-prior-knowledge", "--include",
                "--path-as-is",
            ] + options + ["http://\(gateway.address)\(path)"]
        )
        #expect(output.status == 0, "\(output.errors)")
        return output.text.replacing("\r\n", with: "\n")
    }

    private func status(_ answer: String) -> String { String(answer.prefix(10)) }

    @Test("serve the OpenAPI document to anyone, and say when it has not changed")
    func document() async throws {
        let gateway = try await GatewayFixture.shared.value
        let answer = try await curl(gateway, "/v1/openapi.json?x=1")
        #expect(status(answer) == "HTTP/2 200")
        #expect(answer.contains("content-type: application/json\n"))
        let body = try #require(answer.split(separator: "\n\n", maxSplits: 1).last)
        let parsed = try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any]
        #expect(parsed?["openapi"] as? String == "3.1.0")
        let tag = try #require(answer.firstMatch(of: #/etag: (".*")/#)?.1)
        let again = try await curl(gateway, "/v1/openapi.json", "--header", "If-None-Match: \(tag)")
        #expect(status(again) == "HTTP/2 304")
        // Without a folder there is no /docs, and what only begins as a page is none.
        for path in ["/docs", "/v1/openapi.jsonx"] {
            let missing = try await gateway.request("GET", path)
            #expect(missing.status == 404)
            #expect(missing["content-type"] == "application/problem+json")
        }
    }

    @Test("serve Swagger UI from a folder, and nothing else of it")
    func swaggerUI() async throws {
        let folder = try folder(Self.files + ["other.js"])
        let gateway = try await GatewayFixture(["DOCUMENTATION_FOLDER": folder])
        let index = try await curl(gateway, "/docs")
        #expect(status(index) == "HTTP/2 200" && index.contains("text/html; charset=utf-8"))
        #expect(index.contains("default-src 'none'; script-src 'self'; style-src 'self'"))
        // Whatever the page names is served here.
        let named = index.matches(of: #/(?:src|href)="([^"]+)"/#).map { String($0.1) }
        #expect(named.count == 4)
        for path in named {
            #expect(status(try await curl(gateway, path)) == "HTTP/2 200", "\(path)")
        }
        let start = try await curl(gateway, "/docs/start.js")
        #expect(start.contains("validatorUrl: null") && start.contains("/v1/openapi.json"))
        let bundle = try await curl(gateway, "/docs/swagger-ui-bundle.js")
        #expect(bundle.hasSuffix("\n\nof swagger-ui-bundle.js"))
        for path in ["/docs/other.js", "/docs/../swagger-ui.css", "/docs/%2e%2e/x", "/"] {
            #expect(status(try await curl(gateway, path)) == "HTTP/2 404", "\(path)")
        }
        let head = try await curl(gateway, "/docs/", "--head")
        #expect(status(head) == "HTTP/2 200" && !head.contains("<html"))
        let post = try await curl(gateway, "/docs", "--request", "POST")
        #expect(status(post) == "HTTP/2 405" && post.contains("allow: GET, HEAD"))
        await gateway.stop()
    }

    @Test("are refused by a folder that lacks a file, which is named")
    func missingFile() throws {
        let folder = try folder(["swagger-ui.css", "favicon-32x32.png"])
        let error = #expect(throws: DocumentationPages.Fault.self) {
            try DocumentationPages(swaggerUI: folder)
        }
        #expect(error?.description.hasPrefix("\(folder)/swagger-ui-bundle.js: ") == true)
    }
}
