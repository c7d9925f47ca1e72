import Foundation
import TestKit
import Testing

@Suite("The OpenAPI document")
struct OpenAPITests {
    /// A contract with everything that the document has a form for.
    private static let shelf = """
        package sextant.shelf.v1;
        import "google/protobuf/duration.proto";
        import "google/protobuf/struct.proto";
        import "google/protobuf/timestamp.proto";
        import "sextant/api/annotations.proto";

        // Keeps books.
        //
        // And lends them.
        service Shelf {
          // Finds a book; NOT_FOUND if
          // there is none.
          rpc GetBook(GetBookRequest) returns (Book) {
            option (sextant.api.access) = { scopes: [ "books:read", "shelves:read" ] };
            option (sextant.api.http) = {
              get: "/v1/{name=racks/*/books/*}"
              additional_bindings { get: "/api/books" }
            };
          }
          // Lists books.
          rpc ListBooks(ListBooksRequest) returns (ListBooksResponse) {
            option (sextant.api.access) = { anonymous: true };
            option (sextant.api.http) = { get: "/v1/books" };
          }
          // Makes a "book" \\\\ of é.
          rpc CreateBook(CreateBookRequest) returns (Book) {
            option (sextant.api.access) = { scopes: "books:write" };
            option (sextant.api.http) = { post: "/v1/books" body: "book" };
          }
          rpc LendBook(LendBookRequest) returns (Book) {
            option (sextant.api.access) = { scopes: "books:write" };
            option (sextant.api.http) = {
              post: "/v1/books/{isbn}:lend" body: "*"
              additional_bindings { post: "/v1/books/{isbn}/copies/{copy}:lend" body: "*" }
            };
          }
          // Takes a book's text.
          rpc Upload(stream UploadRequest) returns (Book) {
            option (sextant.api.access) = { scopes: "books:write" };
            option (sextant.api.http) = { put: "/v1/books/{isbn}/text" body: "content" };
          }
          rpc WatchBooks(ListBooksRequest) returns (stream Book) {
            option (sextant.api.access) = { scopes: "books:read" };
            option (sextant.api.http) = { get: "/v1/books:watch" };
          }
          // Has no route.
          rpc Chat(stream Book) returns (stream Book) {
            option (sextant.api.access) = { anonymous: true };
          }
        }

        // A book.
        message Book {
          // What a book is of.
          enum CoverKind {
            COVER_KIND_UNSPECIFIED = 0;
            // Hard.
            COVER_KIND_HARD = 1;
          }
          // As `racks/1/books/2`.
          string name = 1;
          int64 page_count = 2;
          double weight = 3;
          bytes scan = 4;
          CoverKind cover_kind = 5;
          repeated string tags = 6;
          map<string, Book> translations = 7;
          google.protobuf.Timestamp printed_at = 8;
          google.protobuf.Duration reading_time = 9;
          google.protobuf.Struct extra = 10;
          oneof owner {
            // Whoever has it.
            string person = 11;
            uint32 library = 12;
          }
          optional bool lent = 13;
        }
        message GetBookRequest { string name = 1; Book.CoverKind cover_kind = 2; }
        message ListBooksRequest {
          int32 page_size = 1;
          string page_token = 2;
          Filter filter = 3;
          repeated Book.CoverKind cover_kinds = 4;
        }
        message Filter { string author_name = 1; google.protobuf.Timestamp since = 2; }
        message ListBooksResponse { repeated Book books = 1; string next_page_token = 2; }
        message CreateBookRequest { Book book = 1; bool dry_run = 2; }
        message LendBookRequest { string isbn = 1; string to = 2; int32 copy = 3; }
        message UploadRequest { string isbn = 1; bytes content = 2; }
        """

    /// The document of a contract, as the generated file holds it.
    private func text(of proto: String = shelf) throws -> String {
        let generation = try Generation(
            files: ["sextant/shelf/v1/shelf.proto": proto],
            parameter: "parts=openapi"
        )
        #expect(generation.error == nil && generation.files.count == 1)
        let file = try #require(generation.files["OpenAPIDocument.swift"])
        return try Self.document(in: file)
    }

    private static func document(in file: String) throws -> String {
        let fence = "####"
        let start = try #require(file.range(of: "\(fence)\"\"\"\n"))
        let end = try #require(file.range(of: "\n\"\"\"\(fence)"))
        return String(file[start.upperBound..<end.lowerBound])
    }

    private func parsed(_ text: String) throws -> JSONNode {
        JSONNode(try JSONSerialization.jsonObject(with: Data(text.utf8)))
    }

    /// A value somewhere in a document.
    private struct JSONNode {
        let value: Any?

        init(_ value: Any?) { self.value = value }

        subscript(name: String) -> JSONNode { JSONNode((value as? [String: Any])?[name]) }
        subscript(place: Int) -> JSONNode { JSONNode((value as? [Any])?[place]) }
        var text: String? { value as? String }
        var keys: [String] { (value as? [String: Any])?.keys.sorted() ?? [] }
        var items: [JSONNode] { (value as? [Any])?.map { JSONNode($0) } ?? [] }
        var texts: [String] { items.compactMap(\.text) }
    }

    @Test("has an operation for each route, in the words of the contract")
    func operations() throws {
        let document = try parsed(try text())
        #expect(document["openapi"].text == "3.1.0")
        #expect(
            document["paths"].keys == [
                "/api/books", "/v1/books", "/v1/books/{isbn}/copies/{copy}:lend",
                "/v1/books/{isbn}/text", "/v1/books/{isbn}:lend", "/v1/books:watch",
                "/v1/racks/{rack}/books/{book}",
            ]
        )
        let tag = document["tags"][0]
        #expect(tag["name"].text == "shelf.Shelf")
        #expect(tag["description"].text == "Keeps books.\n\nAnd lends them.")
        let get = document["paths"]["/v1/racks/{rack}/books/{book}"]["get"]
        #expect(get["operationId"].text == "shelf_Shelf_GetBook")
        #expect(get["summary"].text == "Finds a book")
        #expect(get["description"].text == "Finds a book; NOT_FOUND if there is none.")
        #expect(get["security"].items.map(\.keys) == [["bearer"], ["apiKey"]])
        #expect(get["security"][0]["bearer"].texts == ["books:read", "shelves:read"])
        let list = document["paths"]["/v1/books"]["get"]
        #expect(list["security"].items.isEmpty && list["security"].value != nil)
        let create = document["paths"]["/v1/books"]["post"]
        #expect(create["description"].text == #"Makes a "book" \\ of é."#)
        #expect(
            document["paths"]["/api/books"]["get"]["operationId"].text == "shelf_Shelf_GetBook_2"
        )
    }

    @Test("says where each field of a request comes from")
    func parameters() throws {
        let paths = try parsed(try text())["paths"]
        func parameters(_ path: String, _ verb: String) -> [String] {
            paths[path][verb]["parameters"].items.map { parameter in
                "\(parameter["in"].text ?? "") \(parameter["name"].text ?? "")"
            }
        }
        #expect(
            parameters("/v1/racks/{rack}/books/{book}", "get")
                == ["path rack", "path book", "query coverKind"]
        )
        #expect(parameters("/api/books", "get") == ["query name", "query cover_kind"])
        #expect(
            parameters("/v1/books", "get") == [
                "query pageSize", "query pageToken", "query filter.authorName",
                "query filter.since", "query coverKinds",
            ]
        )
        #expect(parameters("/v1/books", "post") == ["query dryRun"])
        #expect(parameters("/v1/books/{isbn}:lend", "post") == ["path isbn"])
        let copy = paths["/v1/books/{isbn}/copies/{copy}:lend"]["post"]["parameters"]
        #expect(copy.items.map { $0["schema"]["type"].text } == ["string", "integer"])
        let create = paths["/v1/books"]["post"]["requestBody"]
        // A body that is not there is a message without fields.
        #expect(create["required"].value == nil)
        #expect(
            create["content"]["application/json"]["schema"]["$ref"].text
                == "#/components/schemas/sextant.shelf.v1.Book"
        )
        let upload = paths["/v1/books/{isbn}/text"]["put"]["requestBody"]
        #expect(upload["content"].keys == ["application/octet-stream"])
    }

    @Test("says in what forms answers come, and how anything is refused")
    func responses() throws {
        let document = try parsed(try text())
        func forms(_ path: String, _ verb: String = "get") -> [String] {
            document["paths"][path][verb]["responses"]["200"]["content"].keys
        }
        #expect(forms("/v1/books") == ["application/json", "text/csv"])
        #expect(forms("/v1/books:watch") == ["application/x-ndjson", "text/event-stream"])
        #expect(forms("/v1/racks/{rack}/books/{book}") == ["application/json"])
        let get = document["paths"]["/v1/racks/{rack}/books/{book}"]["get"]["responses"]
        #expect(
            get.keys == ["200", "400", "401", "403", "404", "409", "429", "503", "default"]
        )
        let list = document["paths"]["/v1/books"]["get"]["responses"]
        #expect(list["401"].value == nil && list["403"].value == nil)
        let quota = document["components"]["responses"]["429"]
        #expect(
            quota["headers"].keys
                == ["RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-Id"]
        )
        #expect(quota["content"].keys == ["application/problem+json"])
        #expect(
            document["components"]["schemas"]["Problem"]["properties"].keys == [
                "code", "detail", "instance", "reason", "requestId", "status", "title", "type",
                "violations",
            ]
        )
    }

    @Test("describes messages as JSON has them, below /api as the contract spells them")
    func schemas() throws {
        let schemas = try parsed(try text())["components"]["schemas"]
        let book = schemas["sextant.shelf.v1.Book"]["properties"]
        #expect(book["name"]["description"].text == "As `racks/1/books/2`.")
        #expect(book["pageCount"]["type"].text == "string")
        #expect(book["weight"]["oneOf"].items.count == 2)
        #expect(book["scan"]["contentEncoding"].text == "base64")
        #expect(book["printedAt"]["format"].text == "date-time")
        #expect(book["extra"]["type"].text == "object")
        #expect(book["tags"]["items"]["type"].text == "string")
        #expect(
            book["translations"]["additionalProperties"]["$ref"].text
                == "#/components/schemas/sextant.shelf.v1.Book"
        )
        #expect(book["person"]["description"].text == "Whoever has it. Excludes `library`.")
        let kind = schemas["sextant.shelf.v1.Book.CoverKind"]
        #expect(kind["enum"].texts == ["COVER_KIND_UNSPECIFIED", "COVER_KIND_HARD"])
        let snake = schemas["sextant.shelf.v1.Book.snake"]["properties"]
        #expect(snake["page_count"]["type"].text == "string" && snake["pageCount"].value == nil)
        let snakeKind = schemas["sextant.shelf.v1.Book.CoverKind.snake"]
        #expect(snakeKind["enum"].texts == ["unspecified", "hard"])
        // What no route needs is not described.
        #expect(schemas["sextant.shelf.v1.LendBookRequest.snake"].value == nil)
    }

    @Test("is what an outside validator takes for OpenAPI 3.1, ours and that of the tests")
    func validity() async throws {
        let generated = Generation.root.appendingPathComponent(
            "Services/gateway/Gateway/OpenAPI/Generated/OpenAPIDocument.swift"
        )
        let served = try Self.document(in: try String(contentsOf: generated, encoding: .utf8))
        #expect(try parsed(served)["paths"].keys.contains("/v1/operations/{operation}:cancel"))
        for text in [try text(), served] {
            #expect(try validate(text) == "OK")
        }
        // It is one that finds faults.
        let broken = try text().replacingOccurrences(
            of: "\"in\": \"path\"",
            with: "\"in\": \"pat\""
        )
        #expect(try validate(broken) != "OK")
    }

    /// What `openapi-spec-validator` says of a document.
    private func validate(_ text: String) throws -> String {
        let file = FileManager.default.temporaryDirectory
            .appendingPathComponent("openapi-\(UUID().uuidString).json")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let (status, data) = try Process.runToEnd { process in
            process.executableURL = Generation.root.appendingPathComponent(".venv/bin/python")
            process.arguments = ["-m", "openapi_spec_validator", file.path]
            process.standardError = FileHandle.nullDevice
        }
        return status == 0 ? "OK" : String(decoding: data, as: UTF8.self)
    }

    @Test("goes with no other part")
    func parts() throws {
        let generation = try Generation("package p;", parameter: "parts=openapi+messages")
        #expect(generation.error?.hasPrefix("unknown parts 'openapi+messages'") == true)
    }
}
