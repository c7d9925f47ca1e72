import Messages
import TestMessages
import Testing
import Wire

@Suite("Tables say what the .proto files declare")
struct SchemaTests {
    @Test("Messages list their fields in order of number")
    func fields() {
        let schema = TestingV1.Everything.schema
        #expect(schema.fullName == "sextant.testing.v1.Everything")
        let numbers = schema.fields.map(\.number)
        #expect(numbers == numbers.sorted())
        #expect(schema.fields.last?.name == "far")
        #expect(schema.fields.last?.number == 536_870_911)
        let url = schema.fields.first { $0.name == "landing_urls" }
        #expect(url?.jsonName == "landingUrls")
        #expect(url?.cardinality == .repeated)
    }

    @Test(
        "JSON names are derived as protoc derives them",
        arguments: [
            ("user_id", "userId"), ("odd__Name_", "oddName"), ("_field_name3", "FieldName3"),
            ("field_name2", "fieldName2"), ("field0name5", "field0name5"),
            ("FIELD_NAME11", "FIELDNAME11"), ("field_9x", "field9x"), ("", ""),
        ]
    )
    func jsonNames(_ pair: (String, String)) {
        #expect(FieldSchema.lowerCamelCase(pair.0) == pair.1)
    }

    @Test("Enums go both ways, the first of two names counts")
    func enums() {
        let schema = TestingV1.Everything.Color.schema
        #expect(schema.number(named: "COLOR_CRIMSON") == 1)
        #expect(schema.name(of: 1) == "COLOR_RED")
        #expect(schema.number(named: "COLOR_PUCE") == nil)
        #expect(schema.name(of: 99) == nil)
        #expect(TestingV1.Everything.Color.crimson == .red)
    }

    @Test("Registries find types by name and by URL")
    func registry() {
        let registry = TypeRegistry(TestingV1.everythingFile.messages)
            .union(TypeRegistry([GoogleProtobuf.Duration.schema]))
        #expect(registry["google.protobuf.Duration"] == GoogleProtobuf.Duration.schema)
        #expect(
            registry.schema(forURL: "type.googleapis.com/sextant.testing.v1.Book")
                == TestingV1.Book.schema
        )
        #expect(registry.schema(forURL: "sextant.testing.v1.Book") == nil)
        #expect(TypeRegistry.empty["google.protobuf.Duration"] == nil)
    }

    @Test("Files carry the descriptor that reflection serves")
    func descriptor() throws {
        let file = TestingV1.batchFile
        #expect(file.imports == ["google/protobuf/timestamp.proto"])
        let descriptor = file.descriptor
        var reader = WireReader(descriptor.rawBytes)
        #expect(reader.nextTag() == 10)  // FileDescriptorProto.name
        #expect(
            Array(copying: reader.slice().bytes(in: descriptor.rawBytes)) == Array(file.path.utf8)
        )
    }

    @Test("Methods say how they stream, what a retry does and who may call them")
    func methods() throws {
        let shelf = TestingV1.Shelf.schema
        #expect(shelf.fullName == "sextant.testing.v1.Shelf")
        #expect(shelf.file == "sextant/testing/v1/everything.proto")
        let get = try #require(shelf.method(named: "GetBook"))
        #expect(get.idempotency == .noSideEffects)
        #expect(get.access == .scopes(["books:read"]))
        #expect(get.streaming == .none)
        #expect(get.input == TestingV1.GetBookRequest.schema)
        let ping = try #require(shelf.method(named: "Ping"))
        #expect(ping.access == .anonymous)
        #expect(ping.streaming == .server)
        #expect(shelf.method(named: "Chat")?.streaming == .both)
        #expect(shelf.method(named: "Import")?.streaming == .client)
        #expect(shelf.method(named: "DeleteBook")?.idempotency == .idempotent)
        #expect(shelf.method(named: "Burn") == nil)
    }

    @Test("Routes have verbs, templates and bodies")
    func routes() throws {
        let get = try #require(TestingV1.Shelf.schema.method(named: "GetBook"))
        #expect(get.routes.map(\.verb) == ["GET", "GET"])
        #expect(try get.routes[0].path == PathTemplate(parsing: "/v1/{name=shelves/*/books/*}"))
        #expect(get.routes[0].body == .none)
        let create = try #require(TestingV1.Shelf.schema.method(named: "CreateBook"))
        #expect(create.routes[0].body == .field("book"))
        let bulk = try #require(TestingV1.Shelf.schema.method(named: "Import"))
        #expect(bulk.routes[0].body == .everything)
        #expect(bulk.routes[0].path.customVerb == "import")
    }
}

@Suite("Path templates follow the grammar of google.api.http")
struct PathTemplateTests {
    @Test("Segments, variables and verbs")
    func parse() throws {
        let template = try PathTemplate(parsing: "/v1/{name=shelves/*/books/**}:archive")
        #expect(
            template.segments == [
                .literal("v1"), .literal("shelves"), .any, .literal("books"), .rest,
            ]
        )
        #expect(template.variables == [PathTemplate.Variable(["name"], 1..<5)])
        #expect(template.customVerb == "archive")
        let dotted = try PathTemplate(parsing: "/a/{book.name}/{page}")
        #expect(
            dotted.variables == [
                PathTemplate.Variable(["book", "name"], 1..<2),
                PathTemplate.Variable(["page"], 2..<3),
            ]
        )
    }

    @Test(
        "What is not a template is refused with the place",
        arguments: [
            ("", "expected '/' at character 0 of ''"),
            ("v1", "expected '/' at character 0 of 'v1'"),
            ("/", "expected a literal at character 1 of '/'"),
            ("/v1/", "expected a literal at character 4 of '/v1/'"),
            ("/{}", "expected a field name at character 2 of '/{}'"),
            ("/{a", "expected '}' at character 3 of '/{a'"),
            ("/{a=*/{b}}", "a variable may not hold another at character 7 of '/{a=*/{b}}'"),
            ("/{a}/{a}", "'a' is bound twice at character 8 of '/{a}/{a}'"),
            ("/**/a", "'**' may only be the last segment at character 5 of '/**/a'"),
            ("/a:", "expected a literal at character 3 of '/a:'"),
            ("/a b", "unexpected ' ' at character 2 of '/a b'"),
        ]
    )
    func refuse(_ pair: (template: String, message: String)) throws {
        let error = try #require(throws: PathTemplate.SyntaxError.self) {
            _ = try PathTemplate(parsing: pair.template)
        }
        #expect(error.description == pair.message)
    }
}
