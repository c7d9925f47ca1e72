import Generator
import Testing

@Suite("The generator refuses what could not work, and says where")
struct GeneratorRefusalTests {
    /// A service with one method, whose options are given.
    private func service(_ options: String) -> String {
        """
        package sextant.trial.v1;
        import "sextant/api/annotations.proto";
        message Request {
          string name = 1; repeated string tags = 2; Request inner = 3; string body = 4;
        }
        service Trial { rpc Go(Request) returns (Request) { \(options) } }
        """
    }

    private let anonymous = "option (sextant.api.access) = { anonymous: true };"

    @Test("A method of ours that does not say who may call it")
    func noAccess() throws {
        let generation = try Generation(service(""))
        #expect(
            generation.error
                == "sextant.trial.v1.Trial.Go: say who may call it, "
                + "with option (sextant.api.access)"
        )
        #expect(generation.files.isEmpty)
    }

    @Test(
        "Access that is both anonymous and scoped, or neither",
        arguments: ["anonymous: true scopes: \"a:b\"", "anonymous: false"]
    )
    func contradiction(_ access: String) throws {
        let generation = try Generation(service("option (sextant.api.access) = { \(access) };"))
        #expect(generation.error == "Go: access is either anonymous or a list of scopes")
    }

    @Test(
        "A lifetime of what is no read of one answer, or of no time",
        arguments: [
            ("seconds: 1", "", "Go: only a method without side effects that gives one answer"),
            ("seconds: 0", "NO_SIDE_EFFECTS", "Go: a lifetime is a second at least"),
        ]
    )
    func lifetime(_ seconds: String, _ level: String, _ message: String) throws {
        let idempotency = level.isEmpty ? "" : "option idempotency_level = \(level);"
        let option = "option (sextant.api.lifetime) = { \(seconds) };"
        let generation = try Generation(service(anonymous + idempotency + option))
        #expect(generation.error?.contains(message) == true, "\(generation.error ?? "")")
        let good = try Generation(
            service(
                anonymous + "option idempotency_level = NO_SIDE_EFFECTS;"
                    + "option (sextant.api.lifetime) = { seconds: 90 };"
            )
        )
        #expect(good.error == nil)
        #expect(good.files.values.contains { $0.contains("lifetime: .seconds(90)") })
    }

    @Test(
        "Routes that could never be served",
        arguments: [
            ("get: \"v1\"", "expected '/' at character 0 of 'v1'"),
            ("get: \"/{nome}\"", "sextant.trial.v1.Request has no field 'nome'"),
            ("get: \"/{tags}\"", "'tags' in the path goes through a repeated field"),
            ("get: \"/{inner}\"", "'inner' in the path is a message"),
            ("get: \"/{name.x}\"", "'name.x' in the path goes through a scalar"),
            ("get: \"/a\" body: \"*\"", "GET has no body"),
            ("post: \"/a\" body: \"nobody\"", "sextant.trial.v1.Request has no field 'nobody'"),
            ("post: \"/{body}\" body: \"body\"", "'body' is bound by both path and body"),
            ("get: \"/a\" response_body: \"x\"", "sextant.trial.v1.Request has no field 'x'"),
            ("body: \"*\"", "an http rule needs a verb, in upper case"),
            ("custom { kind: \"head\" path: \"/a\" }", "an http rule needs a verb, in upper case"),
            (
                "get: \"/{name}\" additional_bindings { get: \"/{body}\" }",
                "'GET /*' is a route of sextant.trial.v1.Trial.Go already"
            ),
        ]
    )
    func routes(_ pair: (rule: String, message: String)) throws {
        let options = "\(anonymous) option (sextant.api.http) = { \(pair.rule) };"
        let generation = try Generation(service(options))
        #expect(generation.error == "sextant.trial.v1.Trial.Go: \(pair.message)")
    }

    @Test("Bindings inside an additional binding")
    func nestedBindings() throws {
        let rule =
            "get: \"/a\" additional_bindings { get: \"/b\" additional_bindings { get: \"/c\" } }"
        let generation = try Generation(
            service("\(anonymous) option (sextant.api.http) = { \(rule) };")
        )
        #expect(generation.error == "Go: an additional binding may not have further ones")
    }

    @Test(
        "Two declarations of one name in Swift",
        arguments: [
            (
                "message foo_bar {} message FooBar {}",
                "message 'p.foo_bar' and message 'p.FooBar' are both 'P.FooBar'"
            ),
            (
                "message req {} service Req { rpc A(req) returns (req); }",
                "message 'p.req' and service 'p.Req' are both 'P.Req'"
            ),
            (
                "message M {} service S { rpc GetURL(M) returns (M); rpc get_url(M) returns (M); }",
                "method 'p.S.GetURL' and method 'p.S.get_url' are both 'P.S.getURL'"
            ),
            (
                "message M { oneof a_b { string x = 1; } oneof aB { string y = 2; } }",
                "oneof 'p.M.a_b' and oneof 'p.M.aB' are both 'P.M.AB'"
            ),
            (
                "message M { enum AB { Z = 0; } message ABChoice {} oneof a_b { string x = 1; } }",
                "message 'p.M.ABChoice' and oneof 'p.M.a_b' are both 'P.M.ABChoice'"
            ),
            (
                "message Error {} enum ErrorMessage { Z = 0; }",
                "enum 'p.ErrorMessage' and message 'p.Error' are both 'P.ErrorMessage'"
            ),
        ]
    )
    func collision(_ pair: (proto: String, message: String)) throws {
        let generation = try Generation("package p;\n" + pair.proto)
        #expect(generation.error == pair.message + " in Swift: rename one")
        #expect(generation.files.isEmpty)
    }

    @Test("Names of several files that are one in Swift")
    func collisionOfFiles() throws {
        let packages = try Generation(files: ["a.proto": "package x.y;", "b.proto": "package xY;"])
        #expect(
            packages.error
                == "package 'x.y' and package 'xY' are both 'XY' in Swift: rename one"
        )
        let tables = try Generation(
            files: ["a/types.proto": "package p;", "b/types.proto": "package p;"]
        )
        #expect(
            tables.error == "file 'a/types.proto' and file 'b/types.proto' are both "
                + "'P.typesFile' in Swift: rename one"
        )
        let outputs = try Generation(
            files: ["a/b.proto": "package p;", "a.b.proto": "package q;"]
        )
        #expect(
            outputs.error
                == "'a.b.proto' and 'a/b.proto' are both generated as a.b.swift: rename one"
        )
        let hidden = try Generation(
            files: [
                "a.proto": "package p; import \"q.proto\"; message A { q.B b = 1; }",
                "b.proto": "package p; message Q {}", "q.proto": "package q; message B {}",
            ]
        )
        #expect(hidden.error == "a.proto: message 'p.Q' hides package 'q': rename one")
    }

    @Test("A file that is not proto3")
    func proto2() throws {
        let generation = try Generation("syntax = \"proto2\";\nmessage A { optional int32 x = 1; }")
        #expect(generation.error == "test.proto: only proto3 is generated")
    }

    @Test("An option it does not know")
    func option() throws {
        let generation = try Generation("message A {}", parameter: "colour=red")
        #expect(generation.error?.hasPrefix("unknown option 'colour=red'") == true)
    }

    @Test("Input that is no request")
    func noRequest() {
        let response = Plugin.respond(to: [0xFF, 0xFF])
        #expect(String(decoding: response, as: UTF8.self).contains("CodeGeneratorRequest"))
    }
}
