internal import Lifecycle

/// The OpenAPI document at `/v1/openapi.json`, and Swagger UI that shows it at `/docs`.
///
/// Swagger UI's files are not ours: `deploy/install documentation` puts them into a folder. Pages
/// are read once, and load nothing from elsewhere.
struct DocumentationPages: Sendable {
    private let pages: [String: StaticPage]

    /// The largest file that is read.
    private static let mostBytes = 8 << 20

    /// Why a folder has no Swagger UI.
    struct Fault: Error, CustomStringConvertible {
        /// The reason, in words.
        let description: String
    }

    /// The document, and Swagger UI from a folder; it blocks.
    ///
    /// - Parameter folder: holds `swagger-ui.css`, `swagger-ui-bundle.js` and `favicon-32x32.png`;
    ///   nil for the document alone.
    /// - Throws: ``Fault`` if a file cannot be read.
    init(swaggerUI folder: String?) throws(Fault) {
        let document = Array(OpenAPIDocument.text.description.utf8)
        var pages = ["/v1/openapi.json": StaticPage(document, type: "application/json", .asked)]
        guard let folder else {
            self.pages = pages
            return
        }
        let index = StaticPage(Array(Self.index.utf8), type: "text/html; charset=utf-8", .asked)
        pages["/docs"] = index
        pages["/docs/"] = index
        pages["/docs/start.js"] = StaticPage(Array(Self.start.utf8), type: Self.script, .asked)
        for (name, type) in [
            ("swagger-ui.css", "text/css; charset=utf-8"), ("swagger-ui-bundle.js", Self.script),
            ("favicon-32x32.png", "image/png"),
        ] {
            do {
                let bytes = try BoundedFile.read("\(folder)/\(name)", upTo: Self.mostBytes)
                pages["/docs/\(name)"] = StaticPage(bytes, type: type, .day)
            } catch {
                throw Fault(description: "\(folder)/\(name): \(error.reason)")
            }
        }
        self.pages = pages
    }

    private static let script = "text/javascript; charset=utf-8"

    private static let index = """
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>Sextant API</title>
        <link rel="icon" href="/docs/favicon-32x32.png">
        <link rel="stylesheet" href="/docs/swagger-ui.css">
        </head>
        <body>
        <div id="swagger-ui"></div>
        <script src="/docs/swagger-ui-bundle.js"></script>
        <script src="/docs/start.js"></script>
        </body>
        </html>

        """

    /// Without a validator no request leaves the page.
    private static let start = """
        SwaggerUIBundle({
          url: "/v1/openapi.json",
          dom_id: "#swagger-ui",
          deepLinking: true,
          validatorUrl: null,
        });

        """

    /// The page at a path; nil if there is none.
    func page(at path: String) -> StaticPage? { pages[path] }
}
